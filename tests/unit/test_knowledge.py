"""What the bot knows, as a whole: every fact and every gap has an answer, every answer is fit to be sent."""

import hashlib
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions.choices import _STEPS
from actions.follow_ups import FROM_ARTICLE, NOT_KNOWN, OTHERS
from actions.intake import Question
from actions.recap import MOST
from actions.said import STEPS
from bot.domain.options import Option, as_text
from bot.domain.sms_text import gsm7_clean, is_gsm7, segments

ROOT = Path(__file__).parents[2]
FACTS = [f"F{number:02}" for number in range(1, 46)]
GROUPS = (
    *("Money", "Access", "Level of care", "Medicine", "Emergency limits", "Staff", "Matching", "Privacy"),
    *("Visiting/house rules", "Eligibility", "Evidence", "Self-check", "Others"),
)
META = ("ask_are_you_bot", "ask_who_built", "ask_delete_data", "ask_who_reads", "ask_how_long_reply")
FROM_THE_SERVICE = {"choose", "handed_back", "begin_again"}  # sent by the service alone, never typed
SECTIONS = ("responses", "said_by_actions", "translations")  # of a file in data/responses
LEAST_EXAMPLES = 12
MOST_SEGMENTS = 2  # SMS parts of one answer with its options
KEYWORDS = (
    *("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"),
    *("start", "yes", "unstop", "help", "info"),
)


def _read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@cache
def responses() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted((ROOT / "data/responses").glob("*.yml")):
        for name, variants in _responses_in(path).items():
            assert name not in found, f"{name} is written twice"
            found[name] = variants
    return found


def _responses_in(path: Path) -> dict[str, list[dict[str, Any]]]:
    content = _read(path)
    return {name: v for section in SECTIONS for name, v in (content.get(section) or {}).items()}


@cache
def examples() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "data/nlu").glob("*.yml")):
        for block in _read(path)["nlu"]:
            if "intent" in block:
                lines = [line.strip().removeprefix("- ") for line in block["examples"].splitlines()]
                found.setdefault(block["intent"], []).extend(line for line in lines if line)
    return found


@cache
def domain() -> Any:
    return _read(ROOT / "domain.yml")


@cache
def intents() -> set[str]:
    return {next(iter(intent)) if isinstance(intent, dict) else intent for intent in domain()["intents"]}


@cache
def rules() -> dict[str, list[str]]:
    """Intent -> the actions of its rule, from every file of rules."""
    found: dict[str, list[str]] = {}
    for path in (ROOT / "data/rules").glob("*.yml"):
        for rule in _read(path)["rules"]:
            steps = rule["steps"]
            if "intent" in steps[0]:
                assert steps[0]["intent"] not in found, f"two rules for {steps[0]['intent']}"
                found[steps[0]["intent"]] = [step["action"] for step in steps[1:] if "action" in step]
    return found


@cache
def values(language: str = "") -> dict[str, str]:
    clinic, fixed = _read(ROOT / "clinic.yml"), _read(ROOT / f"bot/screen/texts{language}.yml")["texts"]
    return {
        "clinic_name": clinic["name"],
        "clinic_phone": clinic["phone"],
        "withdrawal_warning": fixed["C5"]["text"],
        "disclosure": fixed["C6"]["text"],
        "needs_summary": "x" * MOST,
        "next_opening": "on Wednesday at 10:30 AM",
        "wished": "on Wednesday at 10:30 AM (Los Angeles time)",
        "name": "Maximilian",
        "about": "A woman, trained in trauma, speaks English and Spanish, in recovery",
    }


def variants() -> list[tuple[str, dict[str, Any]]]:
    return [(name, variant) for name, several in responses().items() for variant in several]


def is_spanish(name: str) -> bool:
    return name.endswith("_es")


def written(name: str, variant: dict[str, Any]) -> str:
    """The text with its options. Raises KeyError for a placeholder that nothing fills."""
    options = [Option(button["title"], button["payload"]) for button in variant.get("buttons", ())]
    return as_text(variant["text"].format_map(values("_es" if is_spanish(name) else "")), options)


def sent(name: str, variant: dict[str, Any]) -> str:
    """The text as it leaves by SMS: in Spanish without the accents that GSM-7 has not."""
    text = written(name, variant)
    return gsm7_clean(text) if is_spanish(name) else text


def marks(variant: dict[str, Any]) -> dict[str, Any]:
    return variant.get("metadata") or {}


@pytest.mark.parametrize("fact", FACTS)
def test_every_fact_has_an_answer_and_people_can_ask_for_it(fact: str) -> None:
    answers = [name for name, variant in variants() if fact in marks(variant).get("facts", ())]
    assert answers
    assert any(_is_asked(name.removeprefix("utter_")) for name in answers)


@pytest.mark.parametrize("group", GROUPS)
def test_every_gap_of_the_article_has_an_honest_answer(group: str) -> None:
    answers = [name for name, variant in variants() if marks(variant).get("unknown") == group]
    assert answers
    assert any(_is_asked(name.removeprefix("utter_")) for name in answers)


@pytest.mark.parametrize("intent", META)
def test_every_question_about_the_bot_itself_has_an_answer(intent: str) -> None:
    assert all(marks(variant).get("meta") for variant in responses()[f"utter_{intent}"])
    assert _is_asked(intent)


def _is_asked(intent: str) -> bool:
    """Whether people are known to ask it, in enough different words."""
    return intent in intents() and len(set(examples().get(intent, ()))) >= LEAST_EXAMPLES


def test_every_answer_is_marked_with_what_it_rests_on() -> None:
    for name, variant in variants():
        mark = marks(variant)
        assert mark.get("facts") or mark.get("unknown") or mark.get("meta"), name
        assert set(mark.get("facts", ())) <= set(FACTS), name
        assert mark.get("unknown", GROUPS[0]) in GROUPS, name


def test_every_answer_is_gsm7_and_fits_with_its_options() -> None:
    texts = {name: sent(name, variant) for name, variant in variants()}
    assert {name: text for name, text in texts.items() if not is_gsm7(text)} == {}
    assert {name: segments(text) for name, text in texts.items() if segments(text) > MOST_SEGMENTS} == {}


def test_spanish_loses_nothing_but_four_accents_on_the_air() -> None:
    for name, variant in variants():
        if is_spanish(name):
            lost = {c for c in written(name, variant) if not is_gsm7(c)}
            assert lost <= set("áíóúÁÍÓÚ"), name


def test_every_step_of_the_talk_is_said_in_spanish_too() -> None:
    """What a person who writes Spanish can reach; an answer to a question that is not there is `unknown`."""
    english = {name for name in responses() if not is_spanish(name)}
    steps = set(_responses_in(ROOT / "data/responses/flow.yml")) - {"utter_quote_later"}
    asked_in_spanish = {
        f"utter_{block['intent']}" for block in _read(ROOT / "data/spanish/intents.yml")["spanish"]
    } & english
    assert {name for name in steps | asked_in_spanish if f"{name}_es" not in responses()} == set()
    extra = {"utter_unknown_es"}
    assert {name for name in responses() if is_spanish(name) and name[:-3] not in english} <= extra


def test_a_spanish_answer_offers_what_the_english_one_offers() -> None:
    for name, several in responses().items():
        if is_spanish(name) and name[:-3] in responses():
            payloads = [[b["payload"] for b in v.get("buttons", ())] for v in several]
            assert payloads == [[b["payload"] for b in v.get("buttons", ())] for v in responses()[name[:-3]]]


def test_options_are_written_out_by_the_channel_only() -> None:
    assert _said(r"\breply \d|\d ?= ") == {}


def test_options_name_intents_and_invite_no_carrier_keyword() -> None:
    for name, variant in variants():
        for button in variant.get("buttons", ()):
            intent = re.match(r"^/([a-z_]+)(?:\{\{.+\}\})?$", button["payload"])
            assert intent is not None, name
            assert intent.group(1) in intents(), name
            assert not set(re.findall(r"[a-z]+", button["title"].lower())) & set(KEYWORDS), name
            assert button["title"] == button["title"].lower() or " I " in button["title"], name


def _said(words: str) -> dict[str, list[str]]:
    """What answers say these words, and which."""
    found = {name: re.findall(words, variant["text"], re.IGNORECASE) for name, variant in variants()}
    return {name: hits for name, hits in found.items() if hits}


FORBIDDEN = (
    r"\baddicts?\b|\balcoholics?\b|\bjunkies?\b|\babusers?\b|drug[- ]dependent",  # people first
    r"\bclean\b|\bdirty\b|commit\w* suicide|failed attempt|successful attempt|\bepidemic\b",
    r"on (?:the|their|its) way|will (?:reply|answer|call|write) (?:you )?(?:in|within)",
    r"we will call 911|is coming",
    r"guarantee|\bpromise you\b|\banonymous\b|completely private|strictly confidential",
    r"it gets better|think of your (?:family|kids|children)|be strong",
    r"(?<!of )you should|you must\b|you need to\b",
    r"must be done|make amends|insecurit|not ready|isn't ready|discredit",
    r"(?:high|low) risk|you are (?:depressed|traumatized|suicidal|addicted)|you have (?:ptsd|depression)",
    r"press 3|\bpride\b|I (?:feel|believe) (?:you|for you|with you)|\bI understand how you feel\b",
)


@pytest.mark.parametrize("words", FORBIDDEN)
def test_no_answer_shames_promises_diagnoses_or_urges(words: str) -> None:
    assert _said(words) == {}


def test_no_answer_asks_why_or_asks_about_an_event() -> None:
    asking = r"\b(?:why|what happened|when did|who did|how did|how often|how long have|did (?!you mean\b)\w+|were you)\b"
    assert _said(rf"{asking}[^.!?]*\?") == {}


def test_the_clinics_phone_is_never_called_open_day_and_night() -> None:
    assert _said(r"\{clinic_phone\}[^.]*(?:24/7|day and night|any hour)") == {}


def test_who_gets_no_answer_is_offered_a_person() -> None:
    for name, variant in variants():
        if marks(variant).get("unknown"):
            offers = any(button["payload"] == "/ask_for_human" for button in variant.get("buttons", ()))
            assert offers or "{clinic_phone}" in variant["text"], name


def test_quitting_carries_the_withdrawal_warning() -> None:
    about_stopping = [
        name for name, v in variants() if {"F01", "F03", "F04"} & set(marks(v).get("facts", ()))
    ]
    for name in [*about_stopping, "utter_ask_withdrawal", "utter_ask_medication"]:
        assert all("{withdrawal_warning}" in variant["text"] for variant in responses()[name]), name


# --- rules and domain ---------------------------------------------------------------------------------


def test_every_intent_has_one_rule() -> None:
    assert set(rules()) == intents() | {"nlu_fallback"}
    for intent in intents() - STEPS:
        expected = "action_quote" if intent == "ask_quote" else f"utter_{intent}"
        assert rules()[intent] == [expected]


def test_every_intent_is_asked_by_people_offered_as_an_option_or_sent_by_the_service() -> None:
    assert set(examples()) <= intents()
    offered = {
        button["payload"].lstrip("/").split("{")[0] for _, v in variants() for button in v.get("buttons", ())
    }
    assert intents() - set(examples()) <= FROM_THE_SERVICE | offered


def test_no_example_belongs_to_two_intents() -> None:
    pairs = {(text.lower(), intent) for intent, texts in examples().items() for text in texts}
    twice = [text for text, count in Counter(text for text, _ in pairs).items() if count > 1]
    assert twice == []


def test_every_action_and_text_of_the_rules_and_the_actions_exists() -> None:
    used = {action for several in rules().values() for action in several}
    for path in (ROOT / "actions").glob("*.py"):
        used |= set(re.findall(r'"(utter_[a-z_]+[a-z])"', path.read_text(encoding="utf-8")))
    used.discard("utter_action")  # Rasa's own word for the name of a response
    known = set(responses()) | set(domain()["actions"]) | set(domain()["forms"])
    assert used - known == set()


def test_every_question_about_needs_has_a_text_and_options_that_are_understood() -> None:
    offered = set()
    for question in Question:
        for variant in responses()[f"utter_ask_needs_form_{question}"]:
            choices = [re.findall(r'"choice": "([^"]+)"', b["payload"])[0] for b in variant["buttons"]]
            assert all(choice.startswith(f"{question}.") for choice in choices)
            offered |= set(choices)
    assert set(_STEPS) <= offered
    assert list(Question) == domain()["forms"]["needs_form"]["required_slots"]


def test_follow_ups_know_what_each_answer_rests_on() -> None:
    for name, variant in variants():
        intent = name.removeprefix("utter_")
        if intent in FROM_ARTICLE | NOT_KNOWN | OTHERS:
            assert (intent in FROM_ARTICLE) == bool(marks(variant).get("facts")), name
            assert (intent in NOT_KNOWN) == (set(marks(variant)) == {"unknown"}), name
    answers = {name.removeprefix("utter_") for name in responses()} & intents() - STEPS
    asked = {intent for intent in answers if intent.startswith(("ask_", "say_", "find_"))}
    assert asked <= FROM_ARTICLE | NOT_KNOWN | OTHERS


# --- the article ---------------------------------------------------------------------------------------

EIGHT_WORDS = ROOT / "tests/fixtures/article-8grams.txt"


def eight_word_runs(text: str) -> set[str]:
    """The hash of every run of eight words. The fixture holds the article's; the article is not kept."""
    words = re.findall(r"[a-z0-9]+", text.lower().replace("'", "").replace("\u2019", ""))
    runs = (" ".join(words[place : place + 8]) for place in range(len(words) - 7))
    return {hashlib.sha256(run.encode()).hexdigest()[:12] for run in runs}


def test_the_hashes_of_the_article_are_there() -> None:
    hashes = EIGHT_WORDS.read_text().split()
    assert len(set(hashes)) == len(hashes) > 800
    assert eight_word_runs("One, two; three - four five 'six' seven eight.") == {"62d51a1fd36f"}


def test_no_answer_repeats_eight_words_of_the_article() -> None:
    article = set(EIGHT_WORDS.read_text().split())
    assert [name for name, variant in variants() if eight_word_runs(variant["text"]) & article] == []
