"""Every code that the rules of the field name (4.9) has a meaning of its own, and calls for what they say."""

from datetime import timedelta

import pytest

from bot.channels.sms_codes import MEANINGS, Meaning, in_words, meaning

TEN, ONE = timedelta(minutes=10), timedelta(minutes=1)


@pytest.mark.parametrize(
    ("code", "calls_for"),
    [
        (20429, {"retryable": True}),
        (21211, {}),
        (21408, {"operator": True}),
        (21610, {"opted_out": True}),
        (21614, {}),
        (30003, {"again_after": TEN}),
        (30004, {}),
        (30005, {}),
        (30006, {}),
        (30007, {"operator": True, "filtered": True}),
        (30008, {"again_after": ONE}),
        (30034, {"operator": True}),
        (30450, {"operator": True}),
        (30610, {"operator": True}),
    ],
)
def test_a_code_calls_for_what_the_rules_say(code: int, calls_for: dict[str, object]) -> None:
    assert code in MEANINGS
    assert meaning(code) == Meaning(meaning(code).says, **calls_for)  # type: ignore[arg-type]


def test_what_a_code_says_is_short_and_its_own() -> None:
    said = [in_words(code) for code in MEANINGS]
    assert len(set(said)) == len(said)
    assert max(map(len, said)) <= 40
    assert meaning(99_999).says == "not delivered"
