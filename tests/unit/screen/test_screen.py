"""The screen on whole messages: what it must see, what it must leave alone, and how people really type."""

import random
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.screen.screen import Screen
from bot.screen.verdict import LEVELS

DANGER = [
    ("i want to kill myself", "suicide_active"),
    ("im going to end my life tonight", "suicide_active"),
    ("I have a gun in my hand and I'm going to do it", "suicide_active"),
    ("i just wish i would not wake up tomorrow", "suicide_passive"),
    ("everyone would be better off without me", "suicide_passive"),
    ("I've been cutting my arms again", "self_harm"),
    ("took 60 tylenol an hour ago", "overdose_or_withdrawal_emergency"),
    ("my brother won't wake up and his lips are blue", "overdose_or_withdrawal_emergency"),
    ("stopped drinking two days ago and now i'm shaking and seeing bugs", "overdose_or_withdrawal_emergency"),
    ("my husband choked me last night", "violence_now"),
    ("he threatened to kill me if i leave", "violence_now"),
    ("I want to stab my boss, I can picture it", "harm_to_others"),
]
HARMLESS = [
    "this job is killing me",
    "I'm dying to know when you open",
    "my phone died, sorry",
    "I could murder a burger right now",
    "not suicidal, just tired",
    "When should I see a therapist?",
    "how much does it cost",
    "I want to stop drinking",
    "do you take insurance",
    "can I talk to a woman please",
    "thank you so much, bye",
    "I'm scared of needles",
    "he hit the gym with me",
    "my grandmother passed away last year and I miss her",
    "one year sober today!",
    "what's your address",
    "nicotine withdrawal makes me cranky",
]


@pytest.mark.parametrize(("text", "kind"), DANGER)
def test_plain_danger_is_a_crisis(screen: Screen, text: str, kind: str) -> None:
    verdict = screen.check(text)
    assert verdict.level == "crisis"
    assert verdict.kinds[0] == kind
    assert verdict.evidence


@pytest.mark.parametrize("text", HARMLESS)
def test_plain_harmless_is_clear(screen: Screen, text: str) -> None:
    assert screen.check(text).level == "clear"


def test_denial_is_clear_and_denial_with_a_wish_is_not(screen: Screen) -> None:
    assert screen.check("I'm not suicidal").level == "clear"
    assert screen.check("not suicidal but I wouldn't mind not waking up").level != "clear"


def test_another_person_in_danger_is_about_the_other(screen: Screen) -> None:
    verdict = screen.check("my son says he wants to kill himself")
    assert (verdict.level, verdict.about) == ("crisis", "other")


def test_a_writer_under_18_is_noted_and_an_older_one_is_not(screen: Screen) -> None:
    assert "minor" in screen.check("im 15 and i want to die").signs
    assert "minor" not in screen.check("im 45 and i want to die").signs


def test_a_sign_that_changes_the_text_is_named(screen: Screen) -> None:
    assert "attempt_now" in screen.check("sitting here with a gun to my head").signs
    assert "unresponsive" in screen.check("he's on the floor and he won't wake up").signs
    assert "child" in screen.check("my ex hits my son").signs


def test_grief_is_not_a_danger(screen: Screen) -> None:
    assert screen.check("my cousin died by suicide in March, I miss him").level != "crisis"
    assert screen.check("my cousin died by suicide and I want to die too").level == "crisis"


def test_the_evidence_is_the_persons_own_words(screen: Screen) -> None:
    verdict = screen.check("Hello. Honestly I just WANT to diiie, thanks")
    assert "WANT to diiie" in verdict.evidence[0]


TYPED: list[tuple[str, Callable[[str], str]]] = [
    ("capitals", str.upper),
    ("zero width", "\u200b".join),
    ("look-alikes", lambda t: t.translate(str.maketrans("aeopci", "аеорсі"))),
    ("leetspeak", lambda t: t.translate(str.maketrans("ieo", "130"))),
    ("fullwidth", lambda t: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in t)),
    ("no spaces", lambda t: t.replace(" ", "").replace("'", "")),
    ("spaced out", lambda t: "   ".join(" ".join(w) for w in t.split())),
    ("stretched", lambda t: t.replace("i", "iiii")),
    ("emoji", lambda t: t.replace(" ", " 😭 ") + " 💔"),
    ("no apostrophes", lambda t: t.replace("'", "")),
]


@pytest.mark.parametrize(("name", "change"), TYPED, ids=[n for n, _ in TYPED])
@pytest.mark.parametrize("text", ["i want to kill myself", "im suicidal", "i want to die tonight"])
def test_however_it_is_typed(screen: Screen, name: str, change: Callable[[str], str], text: str) -> None:
    assert screen.check(change(text)).level != "clear"


@pytest.mark.parametrize(
    "text",
    ["kms", "gonna unalive myself", "sucidal agian", "im gonna off myself", "wnt to kll myslf",
     "s*icide is on my mind", "gonna ctb tonite", "i od'd on xans", "he tried to unalive himself today"],
)  # fmt: skip
def test_slang_and_misspellings(screen: Screen, text: str) -> None:
    assert screen.check(text).level != "clear"


def test_several_quick_texts_are_joined(screen: Screen) -> None:
    assert screen.check("to die", earlier=["hey", "i just want"]).level == "crisis"
    assert screen.check("ok thanks", earlier=["i want to die"]).level == "clear"


@settings(deadline=None, max_examples=60)
@given(
    danger=st.sampled_from([t for t, _ in DANGER]),
    before=st.sampled_from(
        ["", "hi there. ", "I called on Monday about the price. ", "the weather is nice\n"]
    ),
    after=st.sampled_from(["", ". do you take insurance?", ". Thank you.", "\nsee the website"]),
)
def test_harmless_text_around_a_danger_never_clears_it(
    screen: Screen, danger: str, before: str, after: str
) -> None:
    assert screen.check(before + danger + after).level == "crisis"


NEXT_TO_IT = [
    "My grandmother passed away last year and I miss her.",
    "I've been sober for 90 days.",
    "I saw a movie about it.",
    "I'm not suicidal or anything like that.",
    "lol sorry for the long text.",
]


@pytest.mark.parametrize("beside", NEXT_TO_IT)
def test_no_sentence_beside_a_danger_clears_it(screen: Screen, beside: str) -> None:
    for danger, _ in DANGER:
        assert screen.check(f"{beside} {danger}.").level != "clear"
        assert screen.check(f"{danger}. {beside}").level != "clear"


@settings(deadline=None, max_examples=60)
@given(
    text=st.sampled_from([t for t, _ in DANGER] + HARMLESS),
    mark=st.sampled_from(["", ".", "!", "!!!", "...", " 🙏"]),
)
def test_case_and_punctuation_change_no_verdict(screen: Screen, text: str, mark: str) -> None:
    assert screen.check(text.upper() + mark).level == screen.check(text).level


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=300))
def test_any_text_gets_a_verdict(screen: Screen, text: str) -> None:
    assert screen.check(text).level in LEVELS


def test_when_the_check_fails_the_answer_is_ask(screen: Screen) -> None:
    verdict = screen.check_safely(None)  # type: ignore[arg-type]
    assert verdict.level == "ask"
    assert verdict.rules == ("screen_failed",)


def test_a_long_text_is_judged_in_time_and_the_danger_in_it_is_seen(screen: Screen) -> None:
    chat = "we talked about the garden and the price of the course and my sister and the long way home. "
    text = (chat * 120)[:9_900] + " i want to kill myself"
    started = time.perf_counter()
    verdict = screen.check(text)
    assert verdict.level == "crisis"
    assert (
        time.perf_counter() - started < 1.0
    )  # the bench holds the true bound; this one survives a busy machine


def test_the_order_of_messages_does_not_matter(screen: Screen) -> None:
    texts = [t for t, _ in DANGER] + HARMLESS
    once = {t: screen.check(t) for t in texts}
    random.Random(7).shuffle(texts)
    assert {t: screen.check(t) for t in texts} == once
