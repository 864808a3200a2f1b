"""When a wished request is taken up: at that time, or as soon after as somebody is on duty and a text may come."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.call_back import CallBack, from_iso
from bot.domain.contact import Contact
from bot.domain.matching import Counselor
from bot.domain.schedule import read_hours, zone_in_words
from bot.domain.shifts import Watch, shifts_from_json
from bot.domain.wished import due_for, is_on_time

ZONE = ZoneInfo("America/Chicago")
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=ZONE)  # a Tuesday
OFFICE = {day: ["09:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
ALWAYS = {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
ANN = Counselor("ann", "Ann", frozenset())
LATE = Counselor("lee", "Lee", frozenset(), shifts=shifts_from_json({"duty": {"thu": ["13:00-17:00"]}}))
YES, EVENINGS = Contact(safe="yes"), Contact(safe="times", spans=((18 * 60, 20 * 60),))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


def wish(day: int, hour: int, until: int | None = None) -> CallBack:
    return CallBack(at(day, hour), at(day, until or hour))


CASES = {
    "as wished": (wish(25, 15), OFFICE, ANN, YES, at(25, 15)),
    "after the line has closed": (wish(25, 20), OFFICE, ANN, YES, at(26, 9)),
    "over a weekend": (wish(28, 11), OFFICE, ANN, YES, at(30, 9)),
    "within the named span": (wish(25, 8, 11), OFFICE, ANN, YES, at(25, 9)),
    "only somebody with another shift fits": (wish(25, 15), OFFICE, LATE, YES, at(26, 13)),
    "at night nobody is texted": (wish(25, 3), ALWAYS, ANN, YES, at(25, 9)),
    "only evenings are safe": (wish(25, 15), ALWAYS, ANN, EVENINGS, at(25, 18)),
    "later in the same talk": (wish(24, 12), ALWAYS, ANN, YES, at(24, 12)),
    "away today": (wish(25, 15), OFFICE, Counselor("ann", "Ann", frozenset(), away=True), YES, at(25, 15)),
    "nobody fits": (wish(25, 15), OFFICE, None, YES, at(25, 15)),
    "the line never opens": (wish(25, 15), {}, ANN, YES, at(25, 15)),
}


@pytest.mark.parametrize(("wished", "week", "who", "contact", "due"), CASES.values(), ids=CASES)
def test_the_moment(
    wished: CallBack, week: dict[str, list[str]], who: Counselor | None, contact: Contact, due: datetime
) -> None:
    watch = Watch(read_hours(week, "America/Chicago"), NOW)
    assert due_for(wished, [who] if who else [], watch, contact) == due


def test_a_late_moment_is_said_to_be_one() -> None:
    assert is_on_time(wish(25, 8, 11), at(25, 9))
    assert is_on_time(wish(25, 15), at(25, 15, 4))
    assert not is_on_time(wish(25, 20), at(26, 9))


@given(st.integers(0, 6 * 24 * 60), st.sampled_from([YES, EVENINGS, Contact(), Contact(safe="no")]))
def test_it_is_never_before_the_wish_and_never_with_nobody_there(minutes: int, contact: Contact) -> None:
    start = NOW + timedelta(minutes=minutes)
    watch = Watch(read_hours(OFFICE, "America/Chicago"), NOW)
    due = due_for(CallBack(start, start), [ANN, LATE], watch, contact)
    assert due >= start
    if contact.safe != "times":  # hours in which it is safe and the line is open may not meet
        assert Watch(watch.hours, due).on_duty(ANN)


def test_a_wish_is_written_and_read_and_the_zone_has_a_name() -> None:
    assert from_iso(wish(25, 8, 11).to_iso(), ZONE) == wish(25, 8, 11)
    for wrong in (
        "",
        "soon",
        "2026-11-25T10:00/2026-11-25T11:00",
        "2026-11-25T11:00-06:00/2026-11-25T10:00-06:00",
    ):
        with pytest.raises(ValueError, match=r".*"):
            from_iso(wrong, ZONE)
    assert zone_in_words(ZONE) == "Chicago time"
    assert zone_in_words(ZoneInfo("America/New_York"), "es") == "hora de New York"
