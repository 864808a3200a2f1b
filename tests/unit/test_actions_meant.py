""" "Did you mean ...?", "that's not what I asked", and what is kept of both for review."""

import json

import pytest

from actions.follow_ups import PLAINER
from actions.labels import ENGLISH, SPANISH, label_of, something_else
from tests.unit.fake_handoffs import Talk
from tests.unit.test_knowledge import KEYWORDS, intents, responses


def _choices(talk: Talk, heard_buttons: list[dict[str, str]]) -> list[str]:
    return [json.loads(b["payload"].removeprefix("/choose"))["choice"] for b in heard_buttons]


async def _asked(text: str, *torn: str, writes: str = "") -> tuple[Talk, list[str], list[dict[str, str]]]:
    talk = Talk()
    talk.says(text, "nlu_fallback", torn=("nlu_fallback", *torn))
    talk.latest["metadata"] |= {"writes": writes} if writes else {}
    heard = await talk.run("action_fallback")
    return talk, [h.response for h in heard], heard[-1].buttons


async def test_two_close_readings_are_offered_with_something_else() -> None:
    talk, said, buttons = await _asked("do they do that there", "ask_cost", "ask_ways_in")
    assert said == ["utter_did_you_mean"]
    assert [b["title"] for b in buttons] == ["cost and insurance", "online or in person", "something else"]
    assert _choices(talk, buttons) == ["meant.ask_cost", "meant.ask_ways_in", "meant.other"]


async def test_they_are_offered_in_spanish_to_who_writes_spanish() -> None:
    _, _, buttons = await _asked("eso hacen ahi", "ask_cost", "ask_sessions", writes="es")
    assert [b["title"] for b in buttons] == ["costo y seguro", "cómo son las sesiones", "otra cosa"]


async def test_a_reading_without_a_label_is_never_offered() -> None:
    _, said, _ = await _asked("zzz", "out_of_scope", "smalltalk")
    assert said == ["utter_rephrase"]


async def test_what_was_meant_is_answered_and_kept_as_a_suggestion() -> None:
    talk, _, buttons = await _asked("do they do that there", "ask_cost", "ask_ways_in")
    talk.bot_said("utter_did_you_mean", *(b["payload"] for b in buttons))
    talk.says(choice="meant.ask_ways_in")
    assert [h.response for h in await talk.run("action_choose")] == ["utter_ask_ways_in"]
    assert [(k["kind"], k["text"], k["meant"]) for k in talk.reviews.kept[1:]] == [
        ("chosen", "do they do that there", "ask_ways_in")
    ]
    assert talk.reviews.kept[0]["guesses"] == ["ask_cost", "ask_ways_in"]


async def test_something_else_asks_for_other_words() -> None:
    talk, _, buttons = await _asked("do they do that there", "ask_cost", "ask_ways_in")
    talk.bot_said("utter_did_you_mean", *(b["payload"] for b in buttons))
    talk.says(choice="meant.other")
    assert [h.response for h in await talk.run("action_choose")] == ["utter_rephrase"]
    assert talk.reviews.kept[-1]["meant"] is None


async def test_a_reading_that_was_not_offered_answers_nothing() -> None:
    talk = Talk()
    talk.says("hm", "nlu_fallback")
    talk.says(choice="meant.ask_cost")
    assert [h.response for h in await talk.run("action_choose")] == ["utter_rephrase"]


async def test_a_person_that_was_meant_begins_the_questions() -> None:
    talk, _, buttons = await _asked("you or them", "ask_for_human", "ask_are_you_bot")
    talk.bot_said("utter_did_you_mean", *(b["payload"] for b in buttons))
    talk.says(choice="meant.ask_for_human")
    assert [h.response for h in await talk.run("action_choose")] == ["needs_form"]


async def test_not_understood_after_being_asked_offers_a_person() -> None:
    talk, _, _ = await _asked("do they do that there", "ask_cost", "ask_ways_in")
    talk.says("quux", "nlu_fallback", torn=("nlu_fallback", "ask_cost"))
    assert [h.response for h in await talk.run("action_fallback")] == ["utter_offer_human"]


async def test_a_correction_offers_the_other_readings_and_is_kept() -> None:
    talk = Talk()
    talk.says("can i bring her", "ask_house_rules", torn=("ask_house_rules", "ask_family_involved"))
    talk.bot_said("utter_ask_house_rules")
    talk.says("thats not what i asked", "correct_bot")
    heard = await talk.run("action_correct")
    assert [h.response for h in heard] == ["utter_corrected_options"]
    assert [b["title"] for b in heard[0].buttons] == ["family in therapy", "something else"]
    kept = talk.reviews.kept[-1]
    assert (kept["kind"], kept["text"]) == ("corrected", "can i bring her")
    assert kept["guesses"] == ["ask_house_rules", "ask_family_involved"]


async def test_a_correction_of_nothing_asks_for_other_words() -> None:
    talk = Talk()
    talk.says("you got me wrong", "correct_bot")
    assert [h.response for h in await talk.run("action_correct")] == ["utter_corrected"]
    assert talk.reviews.kept == []


@pytest.mark.parametrize(
    ("before", "says", "found", "answer"),
    [
        ("ask_thinking_counts", "and alcohol?", {"substance": "alcohol"}, "utter_ask_alcohol_or_drugs"),
        ("ask_how_to_start", "what about pills", {"substance": "pills"}, "utter_ask_alcohol_or_drugs"),
        ("ask_cost", "and for my wife?", {}, "utter_ask_help_loved_one"),
        ("ask_cost", "y para mi hijo?", {}, "utter_ask_help_loved_one"),
    ],
)
async def test_half_a_question_leans_on_the_last_answer(
    before: str, says: str, found: dict[str, str], answer: str
) -> None:
    talk = Talk()
    talk.says("something", before)
    talk.bot_said(f"utter_{before}")
    talk.says(says, "nlu_fallback")
    talk.latest["metadata"] |= found
    assert [h.response for h in await talk.run("action_fallback")] == [answer]


@pytest.mark.parametrize("says", ["alcohol?", "and then i drank alcohol with my boss and his wife all night"])
async def test_a_whole_text_leans_on_nothing(says: str) -> None:
    talk = Talk()
    talk.bot_said("utter_ask_thinking_counts")
    talk.says(says, "nlu_fallback")
    talk.latest["metadata"] |= {"substance": "alcohol"}
    assert [h.response for h in await talk.run("action_fallback")] == ["utter_rephrase"]


async def test_what_do_you_mean_gets_plainer_words_or_a_person() -> None:
    for before, expected in (
        ("ask_kinds_of_therapy", "utter_plain_therapies"),
        ("ask_cost", "utter_meaning"),
    ):
        talk = Talk()
        talk.bot_said(f"utter_{before}")
        talk.says("what do you mean?", "ask_meaning")
        assert [h.response for h in await talk.run("action_follow_up")] == [expected]


def test_every_question_has_a_short_label_and_every_label_an_answer() -> None:
    steps = {"ask_more", "ask_why", "ask_source", "ask_what_if_not", "ask_meaning", "ask_quote"}
    asked = {i for i in intents() if i.startswith(("ask_", "say_", "find_"))}
    assert asked - steps == set(ENGLISH)
    for labels, suffix in ((ENGLISH, ""), (SPANISH, "_es")):
        for intent, label in labels.items():
            assert len(label) <= 26, label
            assert not set(label.lower().split()) & set(KEYWORDS), label
            assert f"utter_{intent}{suffix}" in responses() or intent == "ask_for_human", intent
    assert set(SPANISH) <= set(ENGLISH)


def test_plainer_words_are_there() -> None:
    assert {*PLAINER.values(), "utter_meaning"} <= set(responses())


def test_labels_of_other_languages_are_english() -> None:
    assert label_of("ask_cost", None) == label_of("ask_cost", "fr") == "cost and insurance"
    assert something_else(None) == "something else"
