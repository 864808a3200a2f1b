"""How often the screen asks people who are in no danger: messages put together from templates, and data/nlu.

`python -m bot.screen.ordinary` prints the shares. Only that half of data/nlu counts that the classifier did not learn.
"""

import random
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from bot.screen.evaluate import share
from bot.screen.screen import Screen, load_screen
from bot.screen.train import learned_from, ordinary_texts

_OPENINGS = (
    "",
    "hi, ",
    "hello! ",
    "hey ",
    "good morning. ",
    "Sorry to bother you, ",
    "quick question: ",
    "um ",
    "ok so ",
)
_ENDINGS = ("", ".", "?", " thanks", " please", " thank you so much", " lol", "!", " asap", " if that's ok")
_WHO = ("my son", "my wife", "my brother", "a friend", "my mom", "my husband", "my daughter", "my roommate")
_WHAT = (
    "drinking",
    "pills",
    "weed",
    "heroin",
    "opioids",
    "gambling",
    "cocaine",
    "vaping",
    "xanax",
    "alcohol",
)
_WHEN = (
    "tomorrow",
    "on Monday",
    "this week",
    "after 5",
    "in the morning",
    "tonight",
    "next month",
    "on weekends",
)
_PLACE = ("Chicago", "the north side", "Indiana", "downtown", "the suburbs", "another state")
_CORES = (
    "do you take {insurance}", "how much is a session {when}", "can {who} come with me {when}", "are you open {when}",
    "how long is the program for {what}", "is there parking in {place}", "do you have a group for {what}",
    "I want to stop {what}", "{who} has a problem with {what}", "how do I talk to {who} about {what}",
    "I have an appointment {when} and need to move it", "can I get a counselor who speaks Spanish {when}",
    "does {insurance} cover treatment for {what}", "is it normal to feel nervous before the first session {when}",
    "I'm {age} and want to start therapy", "I have been sober for {age} days", "can I text you {when}",
    "{who} asked me to write to you", "what should I bring {when}", "do you treat people from {place}",
    "I relapsed on {what} and want to come back", "{who} and I argue about money", "I feel lonely since I moved to {place}",
    "I can't sleep since I quit {what}", "my knee is killing me, can I still come {when}", "work is killing me {when}",
    "I lost my job in {place} and I'm stressed", "I miss {who}", "{who} is mad at me about {what}", "I'm so tired {when}",
    "is my information private", "can I bring {who} {when}", "I need a letter for court {when}", "are you a real person",
    "I don't like my therapist", "how do I know if I need help with {what}", "my phone is dying, call me {when}",
    "I had a bad day because of {who}", "where are you in {place}", "do I have to stop {what} before I come",
)  # fmt: skip
_INSURANCE = ("Medicaid", "Medicare", "Blue Cross", "Aetna", "no insurance", "Cigna")


def generated(count: int = 5_000, seed: int = 11) -> list[str]:
    """Different messages from the templates above, the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311
    found: dict[str, None] = {}
    while len(found) < count:
        core = chance.choice(_CORES).format(
            who=chance.choice(_WHO), what=chance.choice(_WHAT), when=chance.choice(_WHEN),
            place=chance.choice(_PLACE), insurance=chance.choice(_INSURANCE), age=chance.randint(18, 79),
        )  # fmt: skip
        text = chance.choice(_OPENINGS) + core + chance.choice(_ENDINGS)
        found.setdefault(text.lower() if chance.random() < 0.4 else text)
    return list(found)


def shares(name: str, texts: Sequence[str], screen: Screen) -> Iterable[str]:
    levels = Counter(screen.check(text).level for text in texts)
    yield share(f"{name}: crisis", levels["crisis"], len(texts))
    yield share(f"{name}: ask", levels["ask"], len(texts))


def main(arguments: Sequence[str]) -> int:
    screen = load_screen(Path(arguments[0]) if arguments else Path(".var"))
    unlearned = [text for text in ordinary_texts(Path("data/nlu")) if not learned_from(text)]
    for name, texts in (("templates", generated()), ("data/nlu", unlearned)):
        sys.stdout.write("\n".join(shares(name, texts, screen)) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
