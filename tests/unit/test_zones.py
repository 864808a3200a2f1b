"""On whose clock an hour is meant: as said, else by the number's area, else nobody's."""

import pytest

from bot.domain.zones import zone_of_number, zone_said

SAID = {
    "call me tomorrow at 5pm eastern": "America/New_York",
    "5 PM EST please": "America/New_York",
    "tomorrow at 9, Pacific time": "America/Los_Angeles",
    "noon mountain time": "America/Denver",
    "at 10am (central)": "America/Chicago",
    "I'm on Hawaii time, call after 4": "Pacific/Honolulu",
    "5pm arizona time": "America/Phoenix",
}


@pytest.mark.parametrize(("text", "zone"), SAID.items())
def test_a_zone_is_read_beside_an_hour(text: str, zone: str) -> None:
    assert str(zone_said(text)) == zone


@pytest.mark.parametrize(
    "text",
    [
        "call me tomorrow at 5",
        "i live in a mountain town",
        "the central question is money",
        "5pm eastern or 5pm pacific",
        "I did my time in california",
    ],
)
def test_other_words_name_no_zone(text: str) -> None:
    assert zone_said(text) is None


def test_the_area_of_a_number_has_one_zone_or_none() -> None:
    assert str(zone_of_number("+12125550143")) == "America/New_York"
    assert str(zone_of_number("+14155550143")) == "America/Los_Angeles"
    for number in ("+18005550143", "+15550143", "77", "", "@someone"):  # toll-free, no area, no number
        assert zone_of_number(number) is None
