"""When a client wishes to be contacted: the words become a moment in the clinic's zone, or nothing."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.call_back import read_call_back

ZONE = ZoneInfo("America/Chicago")
NOW = datetime(2026, 11, 24, 10, 30, tzinfo=ZONE)  # a Tuesday

MOMENTS = {
    "tomorrow at 5pm": "2026-11-25T17:00-06:00/2026-11-25T17:00-06:00",
    "tomorrow at 5": "2026-11-25T17:00-06:00/2026-11-25T17:00-06:00",
    "tmrw at 2": "2026-11-25T14:00-06:00/2026-11-25T14:00-06:00",
    "monday morning": "2026-11-30T09:00-06:00/2026-11-30T12:00-06:00",
    "next tuesday at 10": "2026-12-01T10:00-06:00/2026-12-01T10:00-06:00",
    "after 6": "2026-11-24T18:00-06:00/2026-11-24T21:00-06:00",
    "at 9": "2026-11-25T09:00-06:00/2026-11-25T09:00-06:00",
    "tomorrow between 9 and 11": "2026-11-25T09:00-06:00/2026-11-25T11:00-06:00",
    "tonight": "2026-11-24T18:00-06:00/2026-11-24T21:00-06:00",
    "tonight at 8": "2026-11-24T20:00-06:00/2026-11-24T20:00-06:00",
    "tomorrow before 10am": "2026-11-25T08:00-06:00/2026-11-25T10:00-06:00",
    "friday at 17:00": "2026-11-27T17:00-06:00/2026-11-27T17:00-06:00",
    "in 20 minutes": "2026-11-24T10:50-06:00/2026-11-24T10:50-06:00",
    "in an hour": "2026-11-24T11:30-06:00/2026-11-24T11:30-06:00",
    "at 5:30 p.m. tomorrow": "2026-11-25T17:30-06:00/2026-11-25T17:30-06:00",
    "after work": "2026-11-24T17:00-06:00/2026-11-24T20:00-06:00",
    "this morning": "2026-11-24T10:30-06:00/2026-11-24T12:00-06:00",
    "mañana a las 5": "2026-11-25T17:00-06:00/2026-11-25T17:00-06:00",
    "por la tarde": "2026-11-24T13:00-06:00/2026-11-24T17:00-06:00",
    "mañana por la mañana": "2026-11-25T09:00-06:00/2026-11-25T12:00-06:00",
    "el viernes a las 10": "2026-11-27T10:00-06:00/2026-11-27T10:00-06:00",
}
NOTHING = (
    "weekends",
    "next week",
    "over the weekend",
    "tomorrow",
    "soon",
    "at 25",
    "mornings",
    "",
    "at 13pm",
)


@pytest.mark.parametrize(("words", "moment"), MOMENTS.items())
def test_words_become_a_moment(words: str, moment: str) -> None:
    found = read_call_back(words, NOW, ZONE)
    assert found is not None
    assert found.to_iso() == moment


@pytest.mark.parametrize("words", NOTHING)
def test_words_that_name_no_hour_of_a_day_become_nothing(words: str) -> None:
    assert read_call_back(words, NOW, ZONE) is None


def test_a_moment_is_said_and_dated() -> None:
    found = read_call_back("tomorrow after 5", NOW, ZONE)
    assert found is not None
    assert found.in_words(NOW) == "tomorrow at 5 PM to 8 PM"
    assert found.in_words(NOW, "es") == "mañana a las 5 PM a 8 PM"
    assert found.dated(ZONE) == "Wed Nov 25, 5 PM"
    east = read_call_back("tomorrow at 5pm", NOW, ZoneInfo("America/New_York"))
    assert east is not None
    assert east.dated(ZONE) == "Wed Nov 25, 5 PM EST, 4 PM CST"


def test_it_counts_in_the_clinics_zone_over_the_change_of_the_clock() -> None:
    saturday = datetime(2026, 10, 31, 12, 0, tzinfo=ZONE)
    found = read_call_back("tomorrow at 9", saturday, ZONE)
    assert found is not None
    assert found.to_iso().startswith("2026-11-01T09:00-06:00")


@given(st.text(max_size=60))
def test_no_words_break_it_and_nothing_lies_in_the_past(words: str) -> None:
    found = read_call_back(words, NOW, ZONE)
    assert found is None or (found.until >= found.at and found.until >= NOW)
