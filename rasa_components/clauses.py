"""Two questions in one message: cuts a text into its questions, and says which of them to answer. No Rasa in here.

It would rather answer one question than two that were one: both must be clear, and the whole must agree with one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

MOST_LETTERS = 220  # a longer text is a story: it is read as a whole
MOST_PARTS = 3
SURE = 0.4  # a part below is not taken for a question of its own
WANTS_A_PERSON = frozenset({"ask_for_human", "ask_call_me_back", "say_want_to_talk"})
# Steps of a talk and small talk: they lean on what was said before, or need no answer of their own.
NO_QUESTION = frozenset(
    {
        *("affirm", "deny", "skip", "change_mind", "inform_need", "greet", "goodbye", "thank", "smalltalk"),
        *("ask_more", "ask_why", "ask_source", "ask_what_if_not", "ask_meaning", "correct_bot"),
        *("nlu_fallback", "out_of_scope", "say_need_help", "ask_what_can_you_do", "ask_quote"),
    }
)
_OPENERS = (
    r"(?:also |then )?(?:what|whats|what's|how|hows|when|where|who|can|could|do|does|is|are|will|would|should|may"
    r"|i want|i wanna|i need|i'd like|id like|si puedo|si hay|que|qué|como|cómo|cuanto|cuánto"
    r"|cuando|cuándo|donde|dónde|puedo|quiero|aceptan|hay|tienen)\b"
)
_CUT = re.compile(
    rf"(?<=[.?!;])\s+|\n+|,?\s+(?:and|also|plus|&|y|también|tambien)\s+(?={_OPENERS})|,\s+(?={_OPENERS})",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Reading:
    """A part of a text, its likeliest intent and how sure that is."""

    text: str
    intent: str
    confidence: float


def parts(text: str) -> list[str]:
    """The questions and statements of a short text; [] when it is one, or a story."""
    if len(text) > MOST_LETTERS:
        return []
    found = [part.strip() for part in _CUT.split(text) if part and len(part.split()) > 1]
    return found if 2 <= len(found) <= MOST_PARTS else []


def both(whole: str, readings: Sequence[Reading]) -> tuple[Reading, ...]:
    """The two parts to answer, in the order to answer them; () when the text means one thing.

    `whole` is the intent of the text as a whole. A person is asked for last, for then questions follow.
    """
    clear = {
        _meaning(r.intent): r
        for r in reversed(readings)
        if r.confidence >= SURE and r.intent not in NO_QUESTION
    }
    asked = [r for r in readings if clear.get(_meaning(r.intent)) is r]
    if len(asked) != 2 or _meaning(whole) not in {*clear, "nlu_fallback"}:
        return ()
    if not any(_asks(r.intent) for r in asked if _meaning(r.intent) != _meaning(whole)):
        return ()
    return tuple(sorted(asked, key=lambda r: r.intent in WANTS_A_PERSON))


def _meaning(intent: str) -> str:
    """All ways of asking for a person mean one thing."""
    return "ask_for_human" if intent in WANTS_A_PERSON else intent


def _asks(intent: str) -> bool:
    return intent.startswith(("ask_", "find_")) or intent in WANTS_A_PERSON
