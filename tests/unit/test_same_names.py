"""Two counselors of one name: "not Maria" keeps both away, "Maria" means either, and it is said back once."""

import pytest

from actions.recap import recap
from bot.domain.matching import Counselor, eligible, is_eligible
from bot.domain.needs import Needs, read_needs_text
from bot.domain.needs_said import in_words

ROSTER = {"Maria": "c1|c2", "James": "c3"}
PEOPLE = [Counselor(c, name, frozenset()) for c, name in (("c1", "Maria"), ("c2", "Maria"), ("c3", "James"))]
NAMES = {person.id: person.name for person in PEOPLE}


def _who(needs: Needs) -> set[str]:
    return {person.id for person in PEOPLE if is_eligible(person, needs)}


@pytest.mark.parametrize("text", ["not Maria", "anyone but maria", "please not maria, she knows my family"])
def test_a_refusal_covers_everybody_of_that_name(text: str) -> None:
    assert _who(read_needs_text(text, ROSTER)) == {"c3"}


@pytest.mark.parametrize("text", ["I want Maria", "it has to be Maria"])
def test_a_wanted_name_means_either_and_nobody_else(text: str) -> None:
    assert _who(read_needs_text(text, ROSTER)) == {"c1", "c2"}


def test_a_wish_puts_both_before_the_others() -> None:
    needs = Needs(prefer=("counselor:c2|c1",))
    assert [person.id for person in eligible(PEOPLE, needs)] == ["c1", "c2", "c3"]


def test_two_full_names_with_one_first_name_are_both_meant_by_it() -> None:
    roster = {"Maria Lopez": "c1", "Maria Silva": "c2", "James": "c3"}
    assert _who(read_needs_text("not Maria", roster)) == {"c3"}
    assert _who(read_needs_text("not Maria Silva", roster)) == {"c1", "c3"}


def test_one_name_is_said_back_once() -> None:
    refused = read_needs_text("not Maria", ROSTER)
    assert recap(refused, ROSTER).count("Maria") == 1
    assert in_words(refused, NAMES) == "Never: Maria."
    wanted = read_needs_text("I want Maria", ROSTER)
    assert recap(wanted, ROSTER).count("Maria") == 1
    assert in_words(wanted, NAMES).count("Maria") == 1
