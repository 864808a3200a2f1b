"""Codes as people type them, and what is no code."""

import pytest

from bot.domain.enrolment import code_in, deep_link, in_groups


@pytest.mark.parametrize(
    "typed", ["ABCDEFGHJKLM", "join ABCD-EFGH-JKLM", "Join: abcd efgh jklm.", " abcd-efgh-jklm "]
)
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    assert code_in(typed) == "ABCDEFGHJKLM"


@pytest.mark.parametrize(
    "typed",
    ["", "hello", "TAKE K7", "ABCDEFGHJKL", "ABCDEFGHJKLMN", "ABCDEFGHJKL0", "my code is ABCDEFGHJKLM ok"],
)
def test_other_words_are_no_code(typed: str) -> None:
    assert code_in(typed) is None


def test_what_is_shown_is_read_again() -> None:
    assert code_in(f"JOIN {in_groups('ABCDEFGHJKLM')}") == "ABCDEFGHJKLM"


def test_a_link_opens_the_bot_with_the_token() -> None:
    assert deep_link("clinic_staff_bot", "t" * 43) == f"https://t.me/clinic_staff_bot?start={'t' * 43}"
