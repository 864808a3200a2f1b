"""Reads in the middle of a talk that a client wants another counselor, or needs something else of one. No I/O.

Whole texts only: what may mean something else is left to the counselor who reads it. No reason is asked for.
"""

import re
from collections.abc import Mapping

from bot.domain.needs import Needs, read_needs

_FILLERS = re.compile(
    r"^\W*(?:(?:actually|ok|okay|sorry|please|pls|um+|uh+|hi|hey|no|wait|but|and|so|i mean|i changed my mind)\b\W*)+",
    re.IGNORECASE,
)
_OTHER = r"(?:some ?(?:one|body) else|(?:an)?other (?:counsell?or|person|one)|a different (?:counsell?or|person|one))"
_ASKS = (
    r"(?:(?:can|could|may) (?:i|you) (?:please )?(?:have|get|talk to|speak to|speak with|talk with|get me|give me|switch to)"
    r"|i (?:want|need|would like|would rather have|'d like|'d rather have|prefer)(?: to (?:talk|speak) (?:to|with))?"
    r"|i(?:'d| would) (?:like|rather|prefer)(?: to)?(?: (?:have|talk to|talk with|speak to|speak with))?"
    r"|give me|get me|connect me (?:to|with)|switch me to|let me (?:talk|speak) (?:to|with))"
)
_SOMEONE_ELSE = re.compile(
    rf"^\W*(?:{_ASKS} )?{_OTHER}(?: instead)?(?:\W*(?:please|pls|now|thanks|thank you|instead))*\W*$"
    rf"|^\W*(?:(?:can|could) i )?(?:please )?(?:change|switch) counsell?ors?(?:\W*(?:please|pls|now))*\W*$",
    re.IGNORECASE,
)


_TALKED = r"(?:talked|talk|spoke|wrote|chatted|texted|was talking)(?: (?:to|with))?"
_BEFORE = r"(?:before|last time|yesterday|earlier|last week|the other day|this morning)"
_SAME = (
    rf"(?:(?:the )?same (?:counsell?or|person|one)(?: as {_BEFORE}| i had(?: {_BEFORE})?| i {_TALKED}(?: {_BEFORE})?)?"
    rf"|(?:the|my) (?:counsell?or|person) (?:from {_BEFORE}|i had {_BEFORE}|i {_TALKED} {_BEFORE}|again)"
    r"|my (?:last |old |previous )?counsell?or back)"
)
_SAME_AGAIN = re.compile(
    rf"^\W*(?:{_ASKS} )?{_SAME}(?: again)?(?:\W*(?:please|pls|now|thanks|thank you|if possible))*\W*$",
    re.IGNORECASE,
)
_REFUSED = re.compile(r"^\W*(?:no|not|never|don'?t|anyone but)\b", re.IGNORECASE)


def wants_the_same(text: str) -> bool:
    """Whether a whole text asks for the counselor they had ("can I have the same counselor again?")."""
    return not _REFUSED.match(text) and bool(_SAME_AGAIN.match(_FILLERS.sub("", text)))


def wants_someone_else(text: str) -> bool:
    """Whether a whole text asks for another counselor ("someone else please")."""
    return bool(_SOMEONE_ELSE.match(_FILLERS.sub("", text)))


def other_needs(text: str, names: Mapping[str, str]) -> Needs | None:
    """The needs a whole text states and nothing beside them ("actually, not a man"); None for any other text."""
    reading = read_needs(_FILLERS.sub("", text), names)
    stated = reading.needs
    return stated if reading.understood and (stated.wanted or stated.never) else None
