"""When counselors answer: opening hours in the clinic's own zone. Fails closed: what is not named is shut."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = 24 * 60


Week = tuple[tuple[tuple[int, int], ...], ...]  # minutes from midnight, per weekday, 0 = Monday


class BadHours(ValueError):
    """Opening hours that cannot be read; the text says which."""


@dataclass(frozen=True)
class Hours:
    """Weekly opening hours in `zone`, and the days on which the line is shut whatever the week says."""

    zone: ZoneInfo
    week: Week
    closed: frozenset[date] = frozenset()

    def is_open(self, at: datetime) -> bool:
        return at.astimezone(self.zone).date() not in self.closed and covers(self.week, at, self.zone)

    def next_opening(self, at: datetime) -> datetime | None:
        """The next moment the line opens after `at`, or None when it never does."""
        for ahead in range(32):  # a holiday or two may lie between
            for moment in starts_of(self.week, at + timedelta(days=ahead), self.zone):
                if moment > at and self.is_open(moment):
                    return moment
        return None


def covers(week: Week, at: datetime, zone: ZoneInfo) -> bool:
    """Whether a moment lies inside one of the week's spans, on the clock of `zone`."""
    local = at.astimezone(zone)
    minute = local.hour * 60 + local.minute
    return any(start <= minute < end for start, end in week[local.weekday()])


def starts_of(week: Week, on: datetime, zone: ZoneInfo) -> list[datetime]:
    """When the spans of one day begin."""
    day = on.astimezone(zone).date()
    clock = [time(start // 60, start % 60) for start, _ in week[day.weekday()]]
    return [datetime.combine(day, moment, tzinfo=zone) for moment in clock]


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


def read_week(week: Mapping[str, Sequence[str]]) -> Week:
    """`{mon: ["09:00-17:00"], …}` as spans. Raises BadHours; a day that is missing has none."""
    unknown = set(week) - set(DAYS)
    if unknown:
        raise BadHours(f"unknown day {sorted(unknown)[0]!r}; use {', '.join(DAYS)}")
    return tuple(tuple(sorted(_span(span) for span in week.get(day, ()))) for day in DAYS)


def read_hours(week: Mapping[str, Sequence[str]], zone: str) -> Hours:
    """Hours from clinic.yml. Raises BadHours; a day that is missing is shut."""
    return Hours(ZoneInfo(zone), read_week(week))


def zone_in_words(zone: ZoneInfo, language: str | None = None) -> str:
    """A zone by its name: "Chicago time", "hora de Chicago"."""
    city = zone.key.rpartition("/")[2].replace("_", " ")
    return f"hora de {city}" if language == "es" else f"{city} time"


_SPANISH_DAYS = (
    "el lunes",
    "el martes",
    "el miércoles",
    "el jueves",
    "el viernes",
    "el sábado",
    "el domingo",
)


def in_words(moment: datetime, now: datetime, zone: ZoneInfo, language: str | None = None) -> str:
    """A moment as a person says it: "today at 9 AM", "on Monday at 9:30 AM"; "es": "mañana a las 9 AM"."""
    local, today = moment.astimezone(zone), now.astimezone(zone).date()
    clock = local.strftime("%-I:%M %p").replace(":00", "")
    days = (local.date() - today).days
    if language == "es":
        day = {0: "hoy", 1: "mañana"}.get(days, _SPANISH_DAYS[local.weekday()])
        return f"{day} a {'la' if local.hour % 12 == 1 else 'las'} {clock}"
    day = {0: "today", 1: "tomorrow"}.get(days, f"on {local.strftime('%A')}")
    return f"{day} at {clock}"
