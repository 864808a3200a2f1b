"""Which country's numbers a crisis text may name."""

import pytest

from bot.domain.country import country_of


@pytest.mark.parametrize(
    ("channel", "address", "country"),
    [
        ("sms", "+15550100", "US"),
        ("sms", "+13125550100", "US"),
        ("sms", "+14165550100", "CA"),
        ("sms", "+18765550100", "elsewhere"),
        ("sms", "+447700900100", "elsewhere"),
        ("sms", "+525555550100", "elsewhere"),
        ("telegram", "4242", None),
        ("phone-telegram", "client-1", None),
        ("phone-sms", "client-1", "US"),
    ],
)
def test_the_country_is_what_the_address_shows(channel: str, address: str, country: str | None) -> None:
    assert country_of(channel, address, "US") == country
