"""Which single need would have to go so that somebody fits, who it would be, and how a client asks for it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.loosening import loosenable
from bot.domain.matching import Counselor, is_eligible
from bot.domain.needs import Needs, softened
from bot.domain.needs_spoken import as_a_wish
from bot.domain.options import Option, as_text
from bot.domain.preview import asks_who, asks_who_would, likeliest, shown
from bot.domain.schedule import Hours
from bot.domain.shifts import Watch
from bot.domain.sms_text import gsm7_clean, is_gsm7, segments
from bot.services.loosening import MOST_OFFERED
from tests.unit.test_knowledge import responses, sent
from tests.unit.test_texts import CLINIC, VALUES, all_texts

TRAITS = ("gender:woman", "gender:man", "language:en", "language:es", "peer", "trained:trauma")
WOMAN, MAN = "gender:woman", "gender:man"


def person(name: str, *traits: str, **more: object) -> Counselor:
    return Counselor(name, name.title(), frozenset(traits), **more)  # type: ignore[arg-type]


def watch(*, is_open: bool = True) -> Watch:
    week = (((0, 24 * 60),),) * 7 if is_open else ((),) * 7
    return Watch(Hours(ZoneInfo("UTC"), week), datetime(2026, 11, 24, 12, tzinfo=UTC))


_needs = st.builds(
    Needs,
    must=st.lists(st.sampled_from(TRAITS), max_size=3).map(tuple),
    never=st.lists(st.sampled_from((*TRAITS, "counselor:c0", "counselor:c1")), max_size=3).map(tuple),
)
_people = st.lists(st.frozensets(st.sampled_from(TRAITS)), max_size=5).map(
    lambda all_: [Counselor(f"c{i}", f"C{i}", traits) for i, traits in enumerate(all_)]
)


@given(_people, _needs)
def test_each_one_named_lets_somebody_fit_and_no_refusal_is_ever_among_them(
    people: list[Counselor], needs: Needs
) -> None:
    found = loosenable(people, needs)
    assert set(found) <= set(needs.must)
    for need in found:
        eased = softened(needs, (need,))
        fitting = [one for one in people if is_eligible(one, eased)]
        assert fitting
        assert eased.never == needs.never
        assert not any(one.traits & set(needs.never) for one in fitting)
    if any(is_eligible(one, needs) for one in people):
        assert found == ()


@given(_people, _needs)
def test_none_that_would_be_enough_is_left_out(people: list[Counselor], needs: Needs) -> None:
    if any(is_eligible(one, needs) for one in people):
        return
    enough = {n for n in needs.must if any(is_eligible(p, softened(needs, (n,))) for p in people)}
    assert set(loosenable(people, needs)) == enough


def test_where_only_a_refusal_keeps_everybody_out_nothing_is_offered() -> None:
    assert loosenable([person("james", MAN)], Needs(never=(MAN,))) == ()
    assert loosenable([person("james", MAN)], Needs(must=(WOMAN,), never=("counselor:james",))) == ()


def _worst_labels(language: str | None) -> Iterator[tuple[str, str]]:
    longest = sorted(TRAITS, key=lambda t: len(as_a_wish(t, {}, language)), reverse=True)[:MOST_OFFERED]
    return ((as_a_wish(trait, {}, language), f"loosen:{trait}") for trait in longest)


@pytest.mark.parametrize("language", [None, "es"])
def test_the_choices_fit_into_two_parts_with_the_longest_needs(language: str | None) -> None:
    (variant,) = responses()[f"utter_handoff_nobody_eligible{'_es' if language else ''}"]
    name = "utter_handoff_nobody_eligible" + ("_es" if language else "")
    buttons = [*variant["buttons"], *({"title": t, "payload": p} for t, p in _worst_labels(language))]
    from_rasa = gsm7_clean(sent(name, {**variant, "buttons": buttons}))
    text, options = all_texts().render("nobody_fits", CLINIC, language=language)
    ours = [Option(o.label, o.payload) for o in options] + [Option(*one) for one in _worst_labels(language)]
    for sms in (from_rasa, gsm7_clean(as_text(text, ours))):
        assert is_gsm7(sms)
        assert segments(sms) <= 2, (segments(sms), len(sms), sms)


def test_who_it_would_be_is_eligible_on_duty_and_free_first() -> None:
    maria, james = person("maria", WOMAN), person("james", MAN)
    robin = person("robin", WOMAN, role="supervisor")
    full = person("ann", WOMAN, holding=3)
    assert likeliest([james, maria], Needs(must=(WOMAN,)), watch()) == maria
    assert likeliest([full, robin, maria], Needs(), watch()) == maria
    assert likeliest([full, robin], Needs(must=(WOMAN,)), watch()) == robin
    assert likeliest([james], Needs(never=(MAN,)), watch()) is None
    assert likeliest([maria], Needs(), watch(is_open=False)) is None
    assert likeliest([person("eve", WOMAN, away=True)], Needs(), watch()) is None


@pytest.mark.parametrize(
    "text",
    [
        "who would it be?",
        "Who would that be",
        "ok and who will i get?",
        "can i ask who would it be",
        "who will it be",
        "quién sería?",
        "who would i be talking to",
        "con quién voy a hablar",
    ],
)
def test_who_would_it_be_is_read(text: str) -> None:
    assert asks_who_would(text)


@pytest.mark.parametrize("text", ["who is it?", "who's this", "wait who am i talking to", "quién es usted"])
def test_who_is_it_counts_only_while_somebody_was_asked_for(text: str) -> None:
    assert asks_who(text)
    assert not asks_who_would(text)


@pytest.mark.parametrize(
    "text",
    [
        "who is it that decides my plan",
        "who would want me",
        "who are you",
        "my ex knows who it is",
        "who cares",
    ],
)
def test_other_questions_about_people_are_not(text: str) -> None:
    assert not asks_who(text)


def test_the_preview_texts_fit_with_the_longest_own_words() -> None:
    for text_id in ("preview", "preview_on"):
        sms = all_texts().sms(
            text_id, CLINIC, **{**VALUES, "about": shown(person("m", about="ab " * 99)).about}
        )
        assert segments(sms) <= 2
