"""Makes longer training messages out of short ones, the way people write to a stranger: an opening, two or three
sentences on the matter, a closing. No Rasa in here.

The examples in data/nlu are mostly one sentence, and many first messages are four. It must not change an example.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

OPENINGS = (
    "Hi all, first time writing here.",
    "Hello everyone.",
    "Not sure where to put this.",
    "I'm 23 and still in school.",
    "I never wrote to anything like this before.",
    "Sorry in advance for the length.",
    "I don't really know how to begin.",
    "I'm a 34 year old man, two kids.",
    "So this has been on my mind for weeks.",
    "[F/27]",
    "Bit of background first.",
    "Okay here goes.",
    "Never told anyone this.",
    "I'm (19m) new to all this.",
    "Quick question.",
    "Update from last month.",
    "On my phone, so sorry for the typos.",
    "It's three in the morning and I can't sleep.",
    "A little about me, I live with my parents and work nights.",
    "Does anyone else have this?",
    "Am I the only one?",
    "Just need to get this out.",
)
CLOSINGS = (
    "Any advice?",
    "Thanks for reading.",
    "What would you do?",
    "Sorry for the rant.",
    "I don't know what to do anymore.",
    "Any help is appreciated.",
    "Does that make sense?",
    "Has anyone been through the same?",
    "Please help.",
    "Thanks in advance.",
    "I just needed to say it somewhere.",
    "Anyway, that's it.",
    "It's been like this for about a year.",
    "I feel so stupid.",
    "Is that normal?",
    "Not sure what I'm asking.",
    "I'm just tired of it all.",
    "Any thoughts would be great.",
    "I'm so lost.",
)
SECOND, THIRD, OPENED, CLOSED = 0.6, 0.3, 0.5, 0.5  # how often a message has each part
FEWEST_WORDS = 4  # an intent whose examples are shorter on average is not written about at length

Pair = tuple[str, str]


def lengthen(pairs: Sequence[Pair], share: float, seed: int = 0) -> list[Pair]:
    """New (text, intent) pairs, `share` times as many as each intent has; the same each time."""
    texts: dict[str, list[str]] = {}
    for text, intent in pairs:
        texts.setdefault(intent, []).append(text)
    return [
        (" ".join(_parts(examples, draw)), intent)
        for intent, examples in sorted(texts.items())
        if sum(len(text.split()) for text in examples) > FEWEST_WORDS * len(examples)
        for draw in [random.Random(f"{seed} {intent}")]  # noqa: S311 -- no intent's examples change another's
        for _ in range(int(len(examples) * share))
    ]


def _parts(examples: Sequence[str], draw: random.Random) -> Iterator[str]:
    opened, second, third, closed = (draw.random() < share for share in (OPENED, SECOND, THIRD, CLOSED))
    if opened:
        yield draw.choice(OPENINGS)
    yield _ended(draw.choice(examples))
    if second:
        yield _ended(draw.choice(examples))
    if second and third:
        yield _ended(draw.choice(examples))
    if closed or not (opened or second):
        yield draw.choice(CLOSINGS)


def _ended(text: str) -> str:
    return text if text[-1:] in (".", "!", "?", "\u2026") else text + "."
