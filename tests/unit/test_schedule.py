"""Opening hours: read in the clinic's own zone, and shut wherever nothing is said."""

from datetime import UTC, datetime

import pytest

from bot.domain.schedule import BadHours, in_words, read_hours

CHICAGO = "America/Chicago"


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_hours_are_the_clinics_own_and_not_the_machines() -> None:
    hours = read_hours({"mon": ["09:00-17:00"]}, CHICAGO)
    assert hours.is_open(_at("2026-11-23T15:00"))  # nine in the morning in Chicago
    assert not hours.is_open(_at("2026-11-23T14:59"))
    assert not hours.is_open(_at("2026-11-23T23:00"))


def test_a_day_that_is_not_named_is_shut() -> None:
    hours = read_hours({}, CHICAGO)
    assert not hours.is_open(_at("2026-11-23T18:00"))
    assert hours.next_opening(_at("2026-11-23T18:00")) is None


def test_the_next_opening_is_found_over_the_weekend() -> None:
    hours = read_hours({"fri": ["09:00-17:00"], "mon": ["08:30-12:00"]}, CHICAGO)
    friday_night = _at("2026-11-28T02:00")
    opening = hours.next_opening(friday_night)
    assert opening is not None
    assert in_words(opening, friday_night, hours.zone) == "on Monday at 8:30 AM"


def test_a_change_of_the_clocks_does_not_move_the_opening() -> None:
    hours = read_hours({"sun": ["09:00-17:00"]}, CHICAGO)
    assert hours.is_open(_at("2026-10-25T14:00"))  # summer time
    assert not hours.is_open(_at("2026-11-01T14:00"))  # the morning the clocks went back: eight o'clock
    assert hours.is_open(_at("2026-11-01T15:00"))


@pytest.mark.parametrize("span", ["9-17", "09:00", "17:00-09:00", "09:00-25:00", "09:60-10:00", "noon-night"])
def test_hours_that_cannot_be_read_are_refused_by_name(span: str) -> None:
    with pytest.raises(BadHours, match="'"):
        read_hours({"mon": [span]}, CHICAGO)


def test_an_unknown_day_is_refused() -> None:
    with pytest.raises(BadHours, match="monday"):
        read_hours({"monday": ["09:00-17:00"]}, CHICAGO)
