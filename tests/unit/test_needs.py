"""Needs as values: no trait both wanted and refused, the later word wins, nothing is lost in JSON."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.needs import EMPTY, Needs, from_json, merge, softened, to_json, without, without_wants

TRAITS = (
    "gender:woman",
    "gender:man",
    "gender:nonbinary",
    "language:es",
    "language:pl",
    "trained:trauma",
    "peer",
    "counselor:ana",
    "counselor:ben",
)
some_traits = st.lists(st.sampled_from(TRAITS), max_size=5).map(tuple)
all_needs = st.builds(
    Needs,
    must=some_traits,
    prefer=some_traits,
    never=some_traits,
    do_not_ask=st.lists(st.text(max_size=20), max_size=3).map(tuple),
    language=st.sampled_from([None, "es", "pl"]),
    note=st.text(max_size=30),
)


@given(all_needs)
def test_no_trait_is_both_wanted_and_refused(needs: Needs) -> None:
    assert not set(needs.wanted) & set(needs.never)
    assert not set(needs.must) & set(needs.prefer)


@given(all_needs, all_needs)
def test_merging_keeps_every_later_word(old: Needs, new: Needs) -> None:
    merged = merge(old, new)
    assert set(new.must) <= set(merged.must)
    assert set(new.prefer) <= set(merged.prefer)
    assert set(new.never) <= set(merged.never)
    assert not set(merged.wanted) & set(merged.never)


@given(all_needs, all_needs)
def test_merging_never_loosens_a_refusal_that_was_not_taken_back(old: Needs, new: Needs) -> None:
    assert set(old.never) - set(new.wanted) <= set(merge(old, new).never)


@given(all_needs)
def test_merging_with_nothing_changes_nothing(needs: Needs) -> None:
    assert merge(needs, EMPTY) == needs
    assert set(merge(EMPTY, needs).never) == set(needs.never)


@given(all_needs)
def test_needs_come_back_from_json_as_they_were(needs: Needs) -> None:
    assert from_json(to_json(needs)) == needs


@pytest.mark.parametrize("text", ["[]", '"x"', "not json"])
def test_what_is_not_needs_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        from_json(text)


def test_the_later_gender_replaces_the_earlier_one() -> None:
    assert merge(Needs(must=("gender:woman",)), Needs(prefer=("gender:man",))) == Needs(
        prefer=("gender:man",)
    )


def test_a_refusal_takes_back_an_earlier_want_and_the_language_with_it() -> None:
    spanish = Needs(must=("language:es",), language="es")
    assert merge(spanish, Needs(never=("language:es",))) == Needs(never=("language:es",))


def test_a_want_takes_back_an_earlier_refusal_and_leaves_the_others() -> None:
    merged = merge(Needs(never=("gender:man", "counselor:ana")), Needs(must=("gender:man",)))
    assert merged == Needs(must=("gender:man",), never=("counselor:ana",))


def test_a_wish_takes_the_place_of_an_earlier_must() -> None:
    assert merge(Needs(must=("peer",)), Needs(prefer=("peer",))) == Needs(prefer=("peer",))


def test_a_must_becomes_a_wish_only_where_named() -> None:
    needs = Needs(must=("gender:woman", "language:es"))
    assert softened(needs, ["gender:woman"]) == Needs(must=("language:es",), prefer=("gender:woman",))


def test_taking_wants_back_leaves_refusals_and_topics() -> None:
    needs = Needs(must=("gender:woman",), never=("counselor:ana",), do_not_ask=("my dad",), language="es")
    assert without_wants(needs) == Needs(never=("counselor:ana",), do_not_ask=("my dad",))


def test_an_accepted_trait_is_neither_wanted_nor_refused() -> None:
    assert without(Needs(never=("gender:man", "peer")), ["gender:man"]) == Needs(never=("peer",))
