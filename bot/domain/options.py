"""Numbered or button replies offered with a message, and what a person's reply to them means.

A payload that begins with "/" is for Rasa and can only come from here, never from what a person typed.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Option:
    """One reply a person may choose: `label` is shown, `payload` is what it means to us."""

    label: str
    payload: str

    def to_json(self) -> list[str]:
        return [self.label, self.payload]


def options_from_json(items: Sequence[Any] | None) -> tuple[Option, ...]:
    return tuple(Option(str(label), str(payload)) for label, payload in items or ())


def as_text(text: str, options: Sequence[Option]) -> str:
    """The text with its options written out, for channels without buttons.

    A text that ends with ":" introduces them itself, in its own language.
    """
    if not options:
        return text
    choices = ", ".join(f"{n} = {option.label}" for n, option in enumerate(options, start=1))
    return f"{text} {choices}." if text.endswith(":") else f"{text} Reply {choices}."


_NUMBER = re.compile(r"^\W*(?:option|reply|number|nr|no\.|#)?\s*(\d{1,2})\s*\W*$", re.IGNORECASE)
_WORDS = {
    **{"one": 1, "two": 2, "three": 3, "four": 4, "five": 5},
    **{"uno": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5},
}
_PLAIN = re.compile(r"[^a-z0-9' ]+")


def _plain(text: str) -> str:
    """Without accents, signs and case, as people type."""
    folded = unicodedata.normalize("NFKD", text.lower())
    return " ".join(_PLAIN.sub(" ", "".join(c for c in folded if not unicodedata.combining(c))).split())


def number_in(text: str) -> int | None:
    """The number a reply names ("2", " 2. ", "option 2", "two"), or None when it is not just a number."""
    found = _NUMBER.match(text)
    if found:
        return int(found.group(1))
    return _WORDS.get(_plain(text))


def chosen(text: str, options: Sequence[Option]) -> Option | None:
    """The option a typed reply names, by its number or its label; None when it names none of them."""
    number = number_in(text)
    if number is not None:
        return options[number - 1] if 1 <= number <= len(options) else None
    wanted = _plain(text)
    return next((option for option in options if wanted and _plain(option.label) == wanted), None)
