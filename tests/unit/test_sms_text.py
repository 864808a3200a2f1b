"""GSM-7 and the number of parts."""

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.sms_text import gsm7_clean, is_gsm7, segments


def test_a_plain_text_of_160_is_one_part_and_161_are_two() -> None:
    assert segments("a" * 160) == 1
    assert segments("a" * 161) == 2
    assert segments("a" * 306) == 2
    assert segments("a" * 307) == 3


def test_an_extension_character_costs_two() -> None:
    assert segments("€" * 80) == 1
    assert segments("€" * 81) == 2


def test_an_extension_character_is_not_cut_in_half() -> None:
    assert segments("a" * 152 + "€" + "a" * 152) == 3


def test_one_character_outside_turns_the_whole_text_into_ucs2() -> None:
    assert segments("ж" * 70) == 1
    assert segments("ж" * 71) == 2
    assert segments("🙂" * 36) == 2


def test_an_empty_text_is_one_part() -> None:
    assert segments("") == 1


def test_typographic_marks_become_plain() -> None:
    assert gsm7_clean("“It’s fine” – really…\u00a0ok\u200b") == '"It\'s fine" - really... ok'


def test_letters_outside_lose_their_mark_and_the_rest_is_a_question_mark() -> None:
    assert gsm7_clean("Łódź ê 🙂") == "?odz e ?"


@given(st.text())
def test_what_was_cleaned_is_gsm7_and_stays_as_it_is(text: str) -> None:
    cleaned = gsm7_clean(text)
    assert is_gsm7(cleaned)
    assert gsm7_clean(cleaned) == cleaned


@given(st.text(max_size=400))
def test_cleaning_never_costs_more_parts_than_ucs2(text: str) -> None:
    assert segments(text) >= 1
