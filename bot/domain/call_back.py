"""When a client wishes to be contacted, as a moment: "tomorrow after 5" -> from 5 PM to 8 PM of that day. Pure.

It reads the words that bot/reading found, on the client's clock, and would rather find nothing than a wrong hour.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.relativedelta import FR, MO, SA, SU, TH, TU, WE, relativedelta, weekday

from bot.domain.schedule import in_words

_DAYS: dict[str, weekday] = {
    **{
        "monday": MO,
        "tuesday": TU,
        "wednesday": WE,
        "thursday": TH,
        "friday": FR,
        "saturday": SA,
        "sunday": SU,
    },
    **{"lunes": MO, "martes": TU, "miercoles": WE, "jueves": TH, "viernes": FR, "sabado": SA, "domingo": SU},
}
_AHEAD = {
    **dict.fromkeys(("today", "tonight", "hoy", "esta"), 0),
    **dict.fromkeys(("tomorrow", "tmrw", "tmr", "tomorow", "tommorow", "tommorrow", "tomorrows"), 1),
}
# A part of the day as (from, to) hours; none begins so early or ends so late that a call would be odd.
_PARTS = {
    **dict.fromkeys(("morning", "mornings"), (9, 12)),
    **dict.fromkeys(("noon", "midday", "lunch", "lunchtime"), (12, 13)),
    **dict.fromkeys(("afternoon", "afternoons", "tarde"), (13, 17)),
    **dict.fromkeys(("evening", "evenings", "work", "school", "dinner"), (17, 20)),
    **dict.fromkeys(("night", "nights", "tonight", "noche"), (18, 21)),
}
_HOUR = r"(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm|a\.m\.?|p\.m\.?)?"
_SPAN = re.compile(rf"\b{_HOUR}\s*(?:-|to|and|until|till|y|a)\s*{_HOUR}(?!\w)")
_CLOCK = re.compile(rf"(?<![\d:]){_HOUR}(?!\w)")
_IN = re.compile(r"\bin (?:about )?(an?|half an|\d+)\s*(?:an? )?(hours?|hrs?|minutes?|mins?|days?)\b")
_REPEATS = re.compile(r"\b(?:mornings|afternoons|evenings|nights|weekdays|weekends|\w+days)\b")
_LATEST, _EARLIEST = 21, 8


@dataclass(frozen=True)
class CallBack:
    """A wished moment: `at` and `until` carry the zone; they are the same when one moment was named."""

    at: datetime
    until: datetime

    def to_iso(self) -> str:
        """`2026-11-25T17:00-06:00/2026-11-25T20:00-06:00`."""
        return f"{self.at.isoformat(timespec='minutes')}/{self.until.isoformat(timespec='minutes')}"

    def in_words(self, now: datetime, language: str | None = None) -> str:
        """ "tomorrow at 5 PM", "on Friday at 9 AM to 12 PM"."""
        zone = self.at.tzinfo
        assert isinstance(zone, ZoneInfo)
        start = in_words(self.at, now, zone, language)
        if self.until == self.at:
            return start
        return f"{start} {'a' if language == 'es' else 'to'} {_clock(self.until)}"

    def dated(self, here: ZoneInfo) -> str:
        """ "Wed Nov 25, 5 PM": for somebody who reads it on another day. On a clock that differs from the one `here`
        it is "Wed Nov 25, 5 PM EST, 4 PM CST"."""
        there = f"{self.at.strftime('%a %b')} {self.at.day}, {_clock(self.at)}"
        local = self.at.astimezone(here)
        if local.utcoffset() == self.at.utcoffset():
            return there
        return f"{there} {self.at.strftime('%Z')}, {_clock(local)} {local.strftime('%Z')}"


def from_iso(text: str, zone: ZoneInfo) -> CallBack:
    """What `to_iso` wrote, on the clock of `zone`. Raises ValueError for anything else."""
    at, _, until = text.partition("/")
    moments = [datetime.fromisoformat(one) for one in (at, until)]
    if any(moment.tzinfo is None for moment in moments) or moments[0] > moments[1]:
        raise ValueError("no span of two moments")
    return CallBack(*(moment.astimezone(zone) for moment in moments))


def _clock(moment: datetime) -> str:
    return moment.strftime("%-I:%M %p").replace(":00", "")


def read_call_back(words: str, now: datetime, zone: ZoneInfo) -> CallBack | None:
    """The next moment that these words name, after `now`; None when they name no single day and hour."""
    text, local = _plain(words), now.astimezone(zone)
    if found := _IN.search(text):
        return _from_now(found, local)
    if _REPEATS.search(text.replace("today", "").replace(" day", "")) and not _names_a_day(text):
        return None
    day = _day(text, local)
    if day is None:
        return None
    hours = _hours(text)
    if hours is None:
        return None
    start, end = (_at(day, hour, zone) for hour in hours)
    if end <= local and not _names_a_day(text):
        start, end = start + timedelta(days=1), end + timedelta(days=1)
    if end <= local:
        return None
    return CallBack(max(start, local.replace(second=0, microsecond=0)), end)


def _plain(words: str) -> str:
    folded = unicodedata.normalize("NFKD", words.lower())
    text = "".join(c for c in folded if not unicodedata.combining(c))
    text = re.sub(r"\b(?:de|por|en) la manana\b", "morning", text)
    return re.sub(r"\bmanana\b", "tomorrow", re.sub(r"\bpasado manana\b", "overmorrow", text))


def _from_now(found: re.Match[str], local: datetime) -> CallBack:
    many, unit = found.groups()
    number = 0.5 if many.startswith("half") else 1 if many.startswith("a") else int(many)
    delta = timedelta(
        **{"days" if unit.startswith("d") else "hours" if unit.startswith("h") else "minutes": number}
    )
    moment = (local + delta).replace(second=0, microsecond=0)
    return CallBack(moment, moment)


def _names_a_day(text: str) -> bool:
    return any(
        word in _DAYS or word in _AHEAD or word == "overmorrow" for word in re.findall(r"[a-z]+", text)
    )


def _day(text: str, local: datetime) -> datetime | None:
    """The day that is named, or today; None for a span of days or a date."""
    words = re.findall(r"[a-z]+", text)
    if {"week", "weekend", "weekends", "weekdays", "the"} & set(words) and not set(words) & set(_DAYS):
        return None
    if "overmorrow" in words:
        return local + timedelta(days=2)
    if ahead := [_AHEAD[word] for word in words if word in _AHEAD]:
        return local + timedelta(days=max(ahead))
    if named := [_DAYS[word] for word in words if word in _DAYS]:
        return (
            local + relativedelta(days=+1, weekday=named[0](+1))
            if _is_next(words, named[0], local)
            else (local + relativedelta(weekday=named[0](+1)))
        )
    return local


def _is_next(words: list[str], day: weekday, local: datetime) -> bool:
    """ "Next friday" and "friday" said on a Friday are the one to come."""
    return "next" in words or local.weekday() == day.weekday


def _hours(text: str) -> tuple[float, float] | None:
    """(from, to) as hours of the day."""
    part = next((_PARTS[word] for word in re.findall(r"[a-z]+", text) if word in _PARTS), None)
    if span := _SPAN.search(text):
        end = _hour(span.group(4), span.group(5), span.group(6), part)
        start = _hour(span.group(1), span.group(2), span.group(3) or span.group(6), part)
        if start is None or end is None:
            return None
        return (start, end) if start < end else (start - 12, end) if 0 < start - 12 < end else None
    if clock := _CLOCK.search(text):
        hour = _hour(clock.group(1), clock.group(2), clock.group(3), part)
        return None if hour is None else _around(text, hour)
    return None if part is None else (float(part[0]), float(part[1]))


def _around(text: str, hour: float) -> tuple[float, float] | None:
    """What "after", "before" and "at" make of an hour."""
    if re.search(r"\b(?:after|from|past|despues)\b", text):
        return (hour, max(hour, min(hour + 3, _LATEST)))
    if re.search(r"\b(?:before|by|antes)\b", text):
        return (max(_EARLIEST, hour - 3), hour) if hour > _EARLIEST else None
    return (hour, hour)


def _hour(hour: str, minute: str | None, half: str | None, part: tuple[int, int] | None) -> float | None:
    """The hour of the day; without am or pm, the one at which people are called."""
    number, minutes = int(hour), int(minute or 0) / 60
    if number > 23 or (half and number > 12):
        return None
    if half:
        number = number % 12 + (12 if half.startswith("p") else 0)
    elif number < _EARLIEST or (part is not None and number < 12 and part[0] >= 12):
        number += 12 if number < 12 else 0
    return number + minutes


def _at(day: datetime, hour: float, zone: ZoneInfo) -> datetime:
    return datetime.combine(day.date(), time(int(hour), round(hour % 1 * 60)), tzinfo=zone)
