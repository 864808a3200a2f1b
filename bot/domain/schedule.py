"""When counselors answer: opening hours in the clinic's own zone. Fails closed: what is not named is shut."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = 24 * 60


class BadHours(ValueError):
    """Opening hours that cannot be read; the text says which."""


@dataclass(frozen=True)
class Hours:
    """Weekly opening hours as minutes from midnight, per weekday (0 = Monday), in `zone`."""

    zone: ZoneInfo
    week: tuple[tuple[tuple[int, int], ...], ...]

    def is_open(self, at: datetime) -> bool:
        local = at.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        return any(start <= minute < end for start, end in self.week[local.weekday()])

    def next_opening(self, at: datetime) -> datetime | None:
        """The next moment the line opens after `at`, or None when it never does."""
        local = at.astimezone(self.zone)
        for ahead in range(8):
            day = local.date() + timedelta(days=ahead)
            for start, _ in self.week[day.weekday()]:
                moment = self._moment(day, start)
                if moment > local:
                    return moment
        return None

    def _moment(self, day: date, minute: int) -> datetime:
        return datetime.combine(day, time(minute // 60, minute % 60), tzinfo=self.zone)


def _minutes(text: str) -> int:
    hours, _, minutes = text.strip().partition(":")
    if not (hours.isdigit() and minutes.isdigit()) or int(minutes) > 59:
        raise BadHours(f"'{text}' is no time of day; write 09:00")
    value = int(hours) * 60 + int(minutes)
    if value > _DAY:
        raise BadHours(f"'{text}' is later than 24:00")
    return value


def _span(text: str) -> tuple[int, int]:
    start, dash, end = text.partition("-")
    if not dash or _minutes(start) >= _minutes(end):
        raise BadHours(f"'{text}' is no span; write 09:00-17:00")
    return _minutes(start), _minutes(end)


def read_hours(week: Mapping[str, Sequence[str]], zone: str) -> Hours:
    """Hours from clinic.yml: `{mon: ["09:00-17:00"], …}`. Raises BadHours; a day that is missing is shut."""
    unknown = set(week) - set(DAYS)
    if unknown:
        raise BadHours(f"unknown day {sorted(unknown)[0]!r}; use {', '.join(DAYS)}")
    spans = tuple(tuple(sorted(_span(span) for span in week.get(day, ()))) for day in DAYS)
    return Hours(ZoneInfo(zone), spans)


def in_words(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """A moment as a person says it: "today at 9 AM", "tomorrow at 9 AM", "on Monday at 9:30 AM"."""
    local, today = moment.astimezone(zone), now.astimezone(zone).date()
    clock = local.strftime("%-I:%M %p").replace(":00", "")
    days = (local.date() - today).days
    day = {0: "today", 1: "tomorrow"}.get(days, f"on {local.strftime('%A')}")
    return f"{day} at {clock}"
