"""Opt-out, opt-in and help words: the carriers' exact ones and plain sentences, and nothing that only sounds alike."""

import pytest

from bot.domain.consent import Keyword, keyword_in


@pytest.mark.parametrize(
    "text",
    [
        "STOP",
        "stop",
        " Stop. ",
        "STOPALL",
        "unsubscribe",
        "CANCEL",
        "end",
        "Quit",
        "REVOKE",
        "OPTOUT",
        "opt out",
        "opt-out",
        "stop texting me",
        "please stop texting me",
        "unsubscribe me",
        "leave me alone",
        "no more messages",
        "please opt me out",
        "ALTO",
        "parar",
        "no más",
        "don't text me again",
        "remove me",
    ],
)
def test_a_plain_opt_out_is_one(text: str) -> None:
    assert keyword_in(text) is Keyword.OPT_OUT


@pytest.mark.parametrize(
    "text",
    [
        "I want to stop drinking",
        "how do I quit",
        "quit smoking",
        "end it all",
        "I can't stop",
        "cancel my plans to live",
        "when does it end",
        "stopped last week",
        "don't leave me alone",
        "I need to stop now",
        "he won't leave me alone",
        "please don't stop",
    ],
)
def test_a_sentence_about_stopping_is_no_opt_out(text: str) -> None:
    assert keyword_in(text) is None


def test_only_the_opt_in_words_bring_somebody_back() -> None:
    assert keyword_in("START") is Keyword.OPT_IN
    assert keyword_in("unstop") is Keyword.OPT_IN
    for text in ("yes", "hello", "start over", "I want to start"):
        assert keyword_in(text) is None


def test_help_is_a_keyword_and_a_cry_for_help_is_not() -> None:
    assert keyword_in("HELP") is Keyword.HELP
    assert keyword_in("info") is Keyword.HELP
    assert keyword_in("help me please") is None
