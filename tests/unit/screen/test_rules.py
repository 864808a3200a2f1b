"""Every rule's own examples, both ways, and the phrase language."""

import pytest

from bot.screen.phrases import Phrasebook, Text, forms, read_phrase
from bot.screen.rulebook import Rule, load_rulebook
from bot.screen.screen import Screen

RULES = load_rulebook().rules
MATCHES = [(r.id, example) for r in RULES.values() for example in r.matches]
NOT_MATCHES = [(r.id, example) for r in RULES.values() for example in r.not_matches]
BOOK = Phrasebook({"me": ("myself", "my self")})


def found(line: str, text: str) -> list[tuple[int, int]]:
    phrase = read_phrase(line)
    return Text(text.split(), BOOK).find(phrase, BOOK.firsts(phrase))


@pytest.mark.parametrize(("rule", "example"), MATCHES)
def test_a_rule_sees_what_it_says_it_sees(screen: Screen, rule: str, example: str) -> None:
    assert rule in screen.check(example).rules


@pytest.mark.parametrize(("rule", "example"), NOT_MATCHES)
def test_a_rule_leaves_alone_what_it_says_it_leaves_alone(screen: Screen, rule: str, example: str) -> None:
    assert rule not in screen.check(example).rules


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda r: r.id)
def test_every_rule_has_a_reason_and_examples_both_ways(rule: Rule) -> None:
    assert rule.reason
    assert rule.matches
    assert rule.not_matches


def test_a_word_an_alternative_a_form_and_a_gap() -> None:
    assert found("~kill|hurt ..2 myself", "i killed only just myself") == [(1, 5)]
    assert found("~kill ..1 myself", "kill all of myself") == []


def test_a_macro_may_have_several_words() -> None:
    assert found("hurt <me>", "hurt my self") == [(0, 3)]


def test_a_gap_does_not_run_over_a_no() -> None:
    assert found("im ..2 suicidal", "im not suicidal") == []
    assert found("im ..2 suicidal", "im feeling suicidal") == [(0, 3)]


def test_begin_end_and_numbers() -> None:
    assert found("^ # pills $", "40 pills") == [(0, 2)]
    assert found("^ # pills $", "took 40 pills") == []


def test_a_word_that_may_be_missing() -> None:
    assert found("want to? die", "want die") == [(0, 2)]


def test_a_phrase_of_gaps_alone_is_refused() -> None:
    with pytest.raises(ValueError, match="must be there"):
        read_phrase("..3 really?")


def test_forms_of_regular_and_irregular_verbs() -> None:
    assert {"bruise", "bruises", "bruised", "bruising"} <= forms("bruise")
    assert {"hang", "hung", "hanged"} <= forms("hang")
