"""Cuts a text for the air: one text while it is short, else two, cut at a sentence end. Counts; it never sends."""

import re
import unicodedata

from bot.domain.sms_text import gsm7_clean, segments

API_LIMIT = 1600  # characters Twilio takes in one message
_SENTENCE_END = re.compile(r"[.!?][\"')]*(\s+)|(\n+)")
_SPACE = re.compile(r"(\s+)")
_CUT = " ... (The rest is at the desk.)"


def plain(text: str) -> str:
    """The text in GSM-7, unless that would lose a letter or sign: then as it is, which costs more and says it all."""
    cleaned = gsm7_clean(text)
    lost = cleaned.count("?") > text.count("?")
    return unicodedata.normalize("NFC", text) if lost else cleaned


def for_client(text: str) -> tuple[str, ...]:
    """One text of two segments at most, or two texts. Empty when even two cannot hold it."""
    return (text,) if segments(text) <= 2 else _in_two(text)


def for_staff(text: str) -> tuple[str, ...]:
    """One text as long as the provider takes it, so that what follows a tag stays with it. Too long a text is cut."""
    if _fits(text):
        return (text,)
    return _in_two(text) or _in_two(text[: API_LIMIT - 200] + _CUT) or (text[: API_LIMIT // 2] + _CUT,)


def _fits(text: str) -> bool:
    return len(text.encode("utf-16-le", "replace")) // 2 <= API_LIMIT


def _in_two(text: str) -> tuple[str, ...]:
    """Two halves cut at the sentence end nearest the middle, else at a space; a text without either stays whole."""
    for ends in (_SENTENCE_END, _SPACE):
        places = [found.span(found.lastindex or 0) for found in ends.finditer(text)]
        for start, end in sorted(places, key=lambda place: abs(place[0] - len(text) / 2)):
            halves = (text[:start].strip(), text[end:].strip())
            if all(halves) and all(_fits(half) for half in halves):
                return halves
    return (text,) if _fits(text) else ()
