"""Which fixed text answers which verdict: first match wins."""

import itertools

import pytest

from bot.screen.replies import follow_up_for, reply_for
from bot.screen.screen import Screen
from bot.screen.texts import load_texts
from bot.screen.verdict import CLEAR, KINDS, SIGNS, Verdict

TEXTS = load_texts()


def crisis(*kinds: str, signs: tuple[str, ...] = (), about: str = "self") -> Verdict:
    return Verdict("crisis", kinds, about, signs=signs)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("verdict", "text_id"),
    [
        (crisis("suicide_active"), "C3_alerted"),
        (crisis("suicide_passive"), "C3_alerted"),
        (crisis("self_harm"), "C3_alerted"),
        (crisis("suicide_active", about="other"), "C3_other"),
        (crisis("suicide_active", signs=("attempt_now",)), "now_suicide"),
        (crisis("suicide_active", signs=("attempt_now",), about="other"), "now_suicide_other"),
        (crisis("overdose_or_withdrawal_emergency", "suicide_active"), "now_suicide"),
        (
            crisis("overdose_or_withdrawal_emergency", signs=("unresponsive",), about="other"),
            "now_unresponsive",
        ),
        (crisis("overdose_or_withdrawal_emergency", signs=("withdrawal",)), "now_withdrawal"),
        (crisis("overdose_or_withdrawal_emergency", signs=("medical",)), "now_medical"),
        (crisis("overdose_or_withdrawal_emergency", signs=("swallowed_awake",)), "swallowed_awake"),
        (crisis("violence_now"), "now_violence"),
        (crisis("violence_now", about="other"), "now_violence_other"),
        (crisis("violence_now", signs=("sexual_assault",)), "sexual_assault"),
        (crisis("violence_now", signs=("child",), about="other"), "child_in_danger"),
        (crisis("violence_now", signs=("minor",)), "minor_hurt"),
        (crisis("harm_to_others"), "harm_to_others"),
        (crisis("suicide_active", signs=("minor",)), "C3_minor"),
    ],
)
def test_the_text_for_a_crisis(verdict: Verdict, text_id: str) -> None:
    assert reply_for(verdict) == text_id


@pytest.mark.parametrize(
    ("kinds", "about", "text_id"),
    [
        (("suicide_active",), "self", "C2"),
        ((), "self", "C2"),
        (("suicide_passive",), "other", "C2_other"),
        (("violence_now",), "self", "C2_violence"),
        (("harm_to_others",), "self", "C2_harm"),
        (("overdose_or_withdrawal_emergency",), "other", "C2_medical"),
        (("self_harm",), "self", "C2_self_harm"),
    ],
)
def test_the_question_for_an_unclear_sign(kinds: tuple[str, ...], about: str, text_id: str) -> None:
    assert reply_for(Verdict("ask", kinds, about)) == text_id  # type: ignore[arg-type]


def test_clear_has_no_text() -> None:
    assert reply_for(CLEAR) == ""
    assert follow_up_for(CLEAR, country=None) == ""


def test_a_clinic_may_wait_for_the_persons_word_before_it_alerts() -> None:
    assert reply_for(crisis("suicide_active"), alert_at_once=False) == "C3"


def test_an_unknown_country_gets_the_text_and_then_the_question() -> None:
    assert reply_for(crisis("suicide_active"), country=None) == "C3_alerted"
    assert follow_up_for(crisis("suicide_active"), country=None) == "country_question"
    assert follow_up_for(crisis("suicide_active"), country="US") == ""


def every_crisis() -> list[Verdict]:
    signs = [(), *((sign,) for sign in SIGNS)]
    return [crisis(k, signs=s, about=a) for k, s, a in itertools.product(KINDS, signs, ("self", "other"))]


@pytest.mark.parametrize("country", ["US", "CA", "MX", "GB", None])
def test_every_crisis_has_a_text_that_exists(country: str | None) -> None:
    assert {reply_for(v, country=country) for v in every_crisis()} <= set(TEXTS.by_id)


def test_abroad_no_us_number_is_given() -> None:
    for verdict in every_crisis():
        text = TEXTS.by_id[reply_for(verdict, country="MX")].text
        assert "911" not in text
        assert "988" not in text
        assert "1-800" not in text


def test_in_canada_no_line_that_only_answers_in_the_us_is_given() -> None:
    for verdict in every_crisis():
        assert "1-800" not in TEXTS.by_id[reply_for(verdict, country="CA")].text


def test_a_question_about_a_substance_names_the_local_number_abroad() -> None:
    verdict = Verdict("ask", ("overdose_or_withdrawal_emergency",), "self")
    assert reply_for(verdict, country="elsewhere") == "C2_medical_abroad"
    assert reply_for(verdict, country=None) == "C2_medical"


def test_far_too_much_gets_911_first_and_a_small_amount_does_not(screen: Screen) -> None:
    for text in ("i took 30 pills", "took 40 of my sleeping pills and i feel fine", "i took 20 xanax"):
        assert reply_for(screen.check(text)) in {"now_medical", "now_suicide"}, text
    assert screen.check("took two tylenol").level != "crisis"
    assert reply_for(screen.check("i took 3 xanax and im scared")) == "swallowed_awake"


def test_what_a_friend_took_is_about_the_friend(screen: Screen) -> None:
    assert screen.check("my friend took 20 oxys").about == "other"
    assert screen.check("i took 20 oxys").about == "self"
