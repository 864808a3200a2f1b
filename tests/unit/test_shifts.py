"""Who is on duty: inside the line's hours and their own shifts, on no holiday; and shut wherever nothing is said."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.clinic import LadderTimes
from bot.domain.matching import Counselor
from bot.domain.schedule import DAYS, Hours, read_hours, read_week
from bot.domain.shifts import NEVER, Shifts, Watch, in_spans, shifts_from_json

ZONE = "America/Chicago"
WORKDAY = read_hours({day: ["09:00-17:00"] for day in DAYS[:5]}, ZONE)
MONDAY = datetime(2026, 11, 23, 16, tzinfo=UTC)  # ten in the morning in Chicago


def _someone(**values: Any) -> Counselor:
    return Counselor("ana", "Ana", frozenset(), **values)


def test_without_shifts_a_counselor_follows_the_lines_hours() -> None:
    assert Watch(WORKDAY, MONDAY).on_duty(_someone())
    assert not Watch(WORKDAY, MONDAY + timedelta(hours=8)).on_duty(_someone())


def test_with_shifts_only_inside_them_and_only_while_the_line_is_open() -> None:
    early = _someone(shifts=Shifts(duty=read_week({"mon": ["06:00-12:00"]})))
    assert Watch(WORKDAY, MONDAY).on_duty(early)
    assert not Watch(WORKDAY, MONDAY + timedelta(hours=3)).on_duty(early)
    assert not Watch(WORKDAY, MONDAY - timedelta(hours=3)).on_duty(early)  # seven o'clock: the line is shut


def test_who_is_away_is_on_duty_and_on_call_for_nobody() -> None:
    week = read_week({"mon": ["00:00-24:00"]})
    away = _someone(away=True, shifts=Shifts(week, week))
    assert not Watch(WORKDAY, MONDAY).on_duty(away)
    assert not Watch(WORKDAY, MONDAY).on_call(away)


def test_on_a_holiday_nobody_is_on_duty_and_the_next_duty_lies_behind_it() -> None:
    shut = Hours(WORKDAY.zone, WORKDAY.week, frozenset({date(2026, 11, 23), date(2026, 11, 24)}))
    watch = Watch(shut, MONDAY)
    assert not watch.on_duty(_someone())
    assert watch.next_duty([_someone()]) == datetime(2026, 11, 25, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "unreadable", [[], "mon 9-5", 7, {"duty": {"mon": ["9-5"]}}, {"duty": {"funday": []}}]
)
def test_shifts_that_cannot_be_read_mean_never_and_not_always(unreadable: Any) -> None:
    assert shifts_from_json(unreadable) == NEVER
    assert not Watch(WORKDAY, MONDAY).on_duty(_someone(shifts=shifts_from_json(unreadable)))


def test_shifts_that_name_no_time_mean_never() -> None:
    assert shifts_from_json({}) == NEVER


def test_a_week_is_written_as_it_is_read() -> None:
    week = {"mon": ["09:00-12:30", "13:00-24:00"], "sun": ["00:00-06:00"]}
    assert in_spans(read_week(week)) == week


_spans = st.lists(st.tuples(st.integers(0, 23), st.integers(1, 24)).filter(lambda s: s[0] < s[1]), max_size=2)
_weeks = st.lists(_spans, min_size=7, max_size=7).map(
    lambda days: read_week(
        {d: [f"{a:02}:00-{b:02}:00" for a, b in s] for d, s in zip(DAYS, days, strict=True)}
    )
)


@given(_weeks, _weeks, st.integers(0, 14 * 24 * 60))
def test_at_the_next_duty_somebody_is_on_duty_and_before_it_nobody_comes(
    line: Any, own: Any, minutes: int
) -> None:
    at = MONDAY + timedelta(minutes=minutes)
    hours, person = Hours(WORKDAY.zone, line), _someone(shifts=Shifts(own))
    found = Watch(hours, at).next_duty([person])
    if found is None:
        assert not any(Watch(hours, at + timedelta(hours=h)).on_duty(person) for h in range(1, 24 * 8))
        return
    assert found > at
    assert Watch(hours, found).on_duty(person)
    was = Watch(hours, at).on_duty(person)
    step = at + timedelta(minutes=7)
    while step < min(found, at + timedelta(days=1)):
        now = Watch(hours, step).on_duty(person)
        assert was or not now
        was, step = now, step + timedelta(minutes=7)


def test_a_crisis_that_would_climb_slower_than_a_request_is_refused() -> None:
    with pytest.raises(ValidationError, match="slower"):
        LadderTimes.model_validate({"crisis": {"step": 120}})
