"""When counselors answer: opening hours in the clinic's own zone. Fails closed: what is not named is shut."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby, pairwise
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


def read_week_text(text: str) -> dict[str, list[str]]:
    """ "mon-fri 09:00-17:00; sat 10:00-14:00" as a week. "never" or nothing is a week without hours. Raises BadHours."""
    found: dict[str, list[str]] = {}
    for part in () if text.strip().lower() in ("", "never", "none", "closed") else text.lower().split(";"):
        names, _, spans = part.strip().partition(" ")
        times = spans.replace(",", " ").split()
        for day in _days(names.strip(": ")):
            if not times:
                raise BadHours(f"'{part.strip()}' names no hours; write mon 09:00-17:00")
            found.setdefault(day, []).extend([] if times == ["closed"] else times)
    _without_overlaps(read_week(found))
    return {day: sorted(found[day]) for day in DAYS if found.get(day)}


def _days(names: str) -> tuple[str, ...]:
    """ "mon", "mon-fri" or "mon,wed" as days."""
    days: list[str] = []
    for one in names.split(","):
        first, dash, last = (word.strip()[:3] for word in one.partition("-"))
        wrong = [day for day in (first, *((last,) if dash else ())) if day not in DAYS]
        if wrong:
            raise BadHours(f"'{wrong[0]}' is no day; write one of {', '.join(DAYS)}, or mon-fri")
        start, end = DAYS.index(first), DAYS.index(last or first)
        if end < start:
            raise BadHours(f"'{one}' runs over the weekend; write the days one by one")
        days += DAYS[start : end + 1]
    return tuple(days)


def _without_overlaps(week: Week) -> None:
    for day, spans in zip(DAYS, week, strict=True):
        if any(before[1] > after[0] for before, after in pairwise(spans)):
            raise BadHours(f"two spans on {day} overlap")


def week_text(week: Week) -> str:
    """A week as `read_week_text` reads it: "mon-fri 09:00-12:00, 13:00-17:00; sat 10:00-14:00"; "never" for none."""
    alike = [
        (spans, [day for day, _ in days]) for spans, days in groupby(zip(DAYS, week, strict=True), _spans_of)
    ]
    parts = [f"{_days_text(days)} {', '.join(map(_span_text, spans))}" for spans, days in alike if spans]
    return "; ".join(parts) or "never"


def _spans_of(day: tuple[str, tuple[tuple[int, int], ...]]) -> tuple[tuple[int, int], ...]:
    return day[1]


def _days_text(days: Sequence[str]) -> str:
    return days[0] if len(days) == 1 else f"{days[0]}-{days[-1]}"


def _span_text(span: tuple[int, int]) -> str:
    return "-".join(f"{minute // 60:02}:{minute % 60:02}" for minute in span)


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
