"""Reads what a client says about texting them: whole texts that can mean nothing else. No I/O.

"call me Sam", "code word: bluebird", "only text me after 6 pm", "don't text me first".
"""

import re
from dataclasses import dataclass

from bot.domain.contact import MAX_NAME, Span

_END = r"(?:\W*(?:please|pls|thanks|thank you|ok|okay|only))*\W*$"
_BEGIN = r"^\W*(?:(?:please|pls|ok|okay|hi|hey|and|so|but|btw|by the way|actually)\W+)*"


def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(f"{_BEGIN}(?:{pattern}){_END}", re.IGNORECASE)


MORNING, EVENING, DAY = 7 * 60, 22 * 60, 24 * 60  # an open end reaches this far, not into the night

_WORD = _whole(
    r"(?:(?:my|the|our|a)\s+)?(?:code|safe|secret)[ -]?word\s*(?:is|will be|should be|=|:|-|\s)\s*"
    r"[\"']?(?P<word>\w[\w' -]{0,30}?)[\"']?"
)
_NAME = _whole(rf"(?:you can |u can |just )?(?:call|name) me (?P<name>[^\W\d_][\w'-]{{0,{MAX_NAME - 1}}})")
_NO_NAMES = frozenset(
    re.findall(
        r"\w+",
        "back later tomorrow today tonight now then soon at on in after before when if as asap maybe please again any "
        "anytime crazy stupid never first not instead monday tuesday wednesday thursday friday saturday sunday",
    )
)
_TEXT = r"(?:text|write|message|contact|msg|txt)"
_UNSAFE = _whole(
    rf"(?:it(?:'s| is)? |this(?: is)? )?(?:not|isn'?t) safe (?:for you )?to {_TEXT}(?: me)?(?: here| on this phone)?"
    rf"|(?:do not|don'?t) {_TEXT} me (?:first|until i {_TEXT}|unless i {_TEXT})(?: (?:you|first))*"
)
_SAFE = _whole(
    rf"(?:it(?:'s| is) |this is )?(?:ok|okay|safe|fine) (?:for you )?to {_TEXT}(?: me)?(?: here| on this phone)?"
    r"(?: any ?time)?|(?:this|my) phone is safe"
    rf"|you can {_TEXT} me (?:any ?time|whenever|always)"
)
_TIME = r"(?:\d{1,2}(?::\d{2})?\s*(?:am|pm|a\.m\.|p\.m\.|o'?clock)?|noon|midnight)"
_ONLY = rf"(?:only )?(?:you can )?(?:only )?(?:it(?:'s| is) )?(?:only )?(?:safe )?(?:to )?(?:{_TEXT} me )?(?:only )?"
_BETWEEN = _whole(rf"{_ONLY}(?:between|from)? ?(?P<from>{_TIME}) ?(?:and|to|-|until|till) ?(?P<to>{_TIME})")
_AFTER = _whole(
    rf"{_ONLY}after (?P<from>{_TIME})|(?:do not|don'?t|never) {_TEXT} me before (?P<from2>{_TIME})"
)
_BEFORE = _whole(
    rf"{_ONLY}(?:before|until|till) (?P<to>{_TIME})|(?:do not|don'?t|never) {_TEXT} me after (?P<to2>{_TIME})"
)
PARTS = {"morning": (9 * 60, 12 * 60), "afternoon": (12 * 60, 17 * 60), "evening": (17 * 60, 21 * 60)}
_PART = _whole(rf"{_ONLY}(?:in the )?(?P<part>morning|afternoon|evening)s?(?: only)?")
_ABOUT_TEXTING = re.compile(rf"\b(?:{_TEXT}|safe|only)\b", re.IGNORECASE)


@dataclass(frozen=True)
class ContactSaid:
    """What one text says: each part None when it says nothing of it."""

    safe: str | None = None
    spans: tuple[Span, ...] | None = None
    call_me: str | None = None
    word: str | None = None

    @property
    def values(self) -> dict[str, object]:
        return {name: value for name, value in vars(self).items() if value is not None}


def contact_said(text: str, *, asked_for_times: bool = False) -> ContactSaid | None:
    """What a whole text says about texting somebody; None for any other text.

    Bare hours ("9 to 5") count only as the answer to the question for them.
    """
    if found := _WORD.match(text):
        return ContactSaid(word=found["word"].strip())
    if (found := _NAME.match(text)) and found["name"].lower() not in _NO_NAMES:
        return ContactSaid(call_me=found["name"])
    if _UNSAFE.match(text):
        return ContactSaid(safe="no", spans=())
    if _SAFE.match(text):
        return ContactSaid(safe="yes", spans=())
    if asked_for_times or _ABOUT_TEXTING.search(text):
        spans = _spans(text)
        return ContactSaid(safe="times", spans=spans) if spans else None
    return None


def _spans(text: str) -> tuple[Span, ...]:
    if found := _PART.match(text):
        return (PARTS[found["part"].lower()],)
    if found := _BETWEEN.match(text):
        return _span(found["from"], found["to"])
    if found := _AFTER.match(text):
        return _span(found["from"] or found["from2"], None)
    if found := _BEFORE.match(text):
        return _span(None, found["to"] or found["to2"])
    return ()


def _span(start: str | None, end: str | None) -> tuple[Span, ...]:
    """The span between two times. A time without am or pm is the later one of a working day: "9 to 5", "after 6"."""
    if end is None:
        first = _minute(start, afternoon=True)
        return () if first is None or first >= DAY else ((first, EVENING if first < EVENING else DAY),)
    last = _minute(end, afternoon=start is not None)  # "until 9" alone: the earlier one, to be safe
    if start is None:
        return () if last is None or last == 0 else ((MORNING if last > MORNING else 0, last),)
    first = _minute(start, afternoon=_pm(end) and _hour(start) < _hour(end))
    return ((first, last),) if first is not None and last is not None and first != last else ()


def _pm(text: str | None) -> bool:
    return bool(text) and "p" in str(text).lower()


def _hour(text: str | None) -> int:
    digits = re.match(r"\s*(\d{1,2})", text or "")
    return int(digits.group(1)) % 12 if digits else 0


def _minute(text: str | None, *, afternoon: bool) -> int | None:
    text = (text or "").lower()
    if text in ("noon", "midnight"):
        return 12 * 60 if text == "noon" else 24 * 60
    found = re.match(r"(\d{1,2})(?::(\d{2}))?\s*(a|p)?", text)
    if not found or int(found[1]) > 24 or int(found[2] or 0) > 59:
        return None
    hour = int(found[1])
    if found[3]:
        hour = hour % 12 + (12 if found[3] == "p" else 0)
    elif afternoon and 1 <= hour <= 8:
        hour += 12
    return hour * 60 + int(found[2] or 0)
