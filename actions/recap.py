"""Says a client's needs back to them, short enough for the next question. Never says an event back."""

import re
from collections.abc import Iterable, Mapping

from actions.asked import without_time
from actions.words import TELLS
from bot.domain.needs import Needs
from bot.domain.needs_words import LANGUAGES
from bot.domain.sms_text import gsm7_clean

MOST = 190  # characters; the question and its options take some 130 of the 320
MOST_OF_A_TOPIC = 45
_TRAITS = {
    "gender:woman": "a woman",
    "gender:man": "a man",
    "gender:nonbinary": "a nonbinary person",
    "trained:trauma": "someone trained in trauma",
    "peer": "someone who has been there",
}
_SPOKEN = {code: name.capitalize() for name, code in reversed(LANGUAGES.items())} | {"ase": "sign language"}


def recap(needs: Needs, names: Mapping[str, str]) -> str:
    """ "a woman (a must), not Maria; no questions about your family". `names` is name -> counselor id."""
    people = [f"{_person(trait, names)} (a must)" for trait in needs.must]
    people += [f"{_person(trait, names)} if possible" for trait in needs.prefer]
    people += [f"not {_person(trait, names)}" for trait in needs.never]
    parts = [", ".join(people)] if people else []
    if needs.do_not_ask:
        parts.append(f"no questions about {_and(map(_topic, needs.do_not_ask))}")
    if without_time(needs).note:
        parts.append("and your own words for the counselor" if parts else "your own words, for the counselor")
    return _short("; ".join(parts))


def _person(trait: str, names: Mapping[str, str]) -> str:
    kind, _, value = trait.partition(":")
    if kind == "language":
        return f"someone who speaks {_SPOKEN.get(value, value)}"
    if kind == "counselor":
        return next((name for name, counselor_id in names.items() if counselor_id == value), "that counselor")
    return _TRAITS.get(trait, trait.replace(":", " "))


_PERSONS = {
    "my": "your",
    "mine": "yours",
    "me": "you",
    "myself": "yourself",
    "i": "you",
    "im": "you're",
    "i'm": "you're",
}
_WORD = re.compile(r"[a-z']+", re.IGNORECASE)


def _topic(topic: str) -> str:
    """The client's words turned to them: "my dad" -> "your dad". An event is only pointed at."""
    plain = " ".join(re.sub(r"[{}\[\]\\|~^]", "", gsm7_clean(topic)).split())
    if len(plain) > MOST_OF_A_TOPIC or TELLS.search(plain):
        return "what you named"
    return _WORD.sub(lambda found: _PERSONS.get(found.group().lower(), found.group()), plain)


def _and(items: Iterable[str]) -> str:
    distinct = list(dict.fromkeys(items))
    return " or ".join(filter(None, [", ".join(distinct[:-1]), distinct[-1]]))


def _short(text: str) -> str:
    if len(text) <= MOST:
        return text
    return text[: MOST - 15].rsplit(" ", 1)[0].rstrip(",;") + ", and the rest"
