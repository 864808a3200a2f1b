"""Options: a number counts only as a whole reply, and only when it names one of the choices."""

import string

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.options import Option, as_text, chosen, number_in

OPTIONS = (Option("a woman", "/w"), Option("a man", "/m"), Option("skip", "/s"))


def test_options_are_written_out_with_numbers_where_there_are_no_buttons() -> None:
    assert as_text("Who?", OPTIONS) == "Who? Reply 1 = a woman, 2 = a man, 3 = skip."


def test_a_text_without_options_stays_as_it_is() -> None:
    assert as_text("Hello.", ()) == "Hello."


def test_a_number_in_the_ways_people_write_it_names_its_option() -> None:
    for text in ("2", " 2 ", "2.", "(2)", "option 2", "#2", "two", "Reply 2"):
        assert chosen(text, OPTIONS) == OPTIONS[1], text


def test_a_label_names_its_option_whatever_its_case() -> None:
    assert chosen("A Man!", OPTIONS) == OPTIONS[1]


def test_a_number_that_is_no_choice_names_nothing() -> None:
    for text in ("0", "4", "7", "99"):
        assert chosen(text, OPTIONS) is None
        assert number_in(text) is not None


def test_a_number_inside_a_sentence_is_no_choice() -> None:
    for text in ("2 years sober", "I have 2 kids", "911", "12 steps"):
        assert chosen(text, OPTIONS) is None, text


@given(st.text(alphabet=string.printable, max_size=40))
def test_any_text_names_at_most_one_of_the_options_that_were_offered(text: str) -> None:
    found = chosen(text, OPTIONS)
    assert found is None or found in OPTIONS
    assert chosen(text, ()) is None
