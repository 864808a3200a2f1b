"""Opt-out, opt-in and help words: the carriers' exact ones and plain sentences, and nothing that only sounds alike."""

import pytest

from bot.domain.consent import Keyword, how_said, keyword_in


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
        "Por favor no me escriban más",
        "ya no me manden mensajes",
        "dejen de escribirme",
        "Deje de mandarme mensajes por favor",
        "quiero dejar de recibir mensajes",
        "déjenme en paz",
        "No más mensajes",
        "BAJA",
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
        "quiero dejar de beber",
        "no puedo parar",
        "parar de beber",
        "no más alcohol",
        "no quiero más alcohol en mi vida",
        "él no me deja en paz",
        "mi esposo ya no me escribe",
        "deje de tomar hace un mes",
        "la marea está baja",
        "I quit my job to get clean",
        "stop him please",
        "end my pain",
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


@pytest.mark.parametrize(
    ("kind", "text", "how"),
    [
        ("text", " Stop ", "word stop"),
        ("text", "QUIT", "word quit"),
        ("text", "stop texting me, I am Zelda", "in their own words"),
        ("opt_out", "Arret", "the carrier"),
        ("blocked", "stop", "blocked the bot"),
        ("text", "YES", "word yes"),
    ],
)
def test_the_record_says_how_and_never_a_persons_sentence(kind: str, text: str, how: str) -> None:
    assert how_said(kind, text) == how
