"""Two questions in one message: what is cut, what is not, and which parts are answered."""

from __future__ import annotations

import pytest

from rasa_components.clauses import MOST_LETTERS, Reading, both, parts

TWO = {
    "how much is it and do you take medicaid": ["how much is it", "do you take medicaid"],
    "what does it cost? can i change therapists?": ["what does it cost?", "can i change therapists?"],
    "i used again last night. how do i start": ["i used again last night.", "how do i start"],
    "cuanto cuesta y puedo hablar con alguien": ["cuanto cuesta", "puedo hablar con alguien"],
    "is it private, what does it cost": ["is it private", "what does it cost"],
}
ONE = (
    "how much is it",
    "my wife and i drink too much",
    "what do you do and why",  # one word is no question of its own
    "cost? please",
    "i drink. i fight. i cry. i sleep. what now",
    "a" * MOST_LETTERS + ". what does it cost",
)


@pytest.mark.parametrize(("text", "found"), TWO.items())
def test_a_short_text_is_cut_at_its_questions(text: str, found: list[str]) -> None:
    assert parts(text) == found


@pytest.mark.parametrize("text", ONE)
def test_one_thing_is_not_cut(text: str) -> None:
    assert parts(text) == []


def read(*intents: str, confidence: float = 0.8) -> list[Reading]:
    return [Reading(f"part {number}", intent, confidence) for number, intent in enumerate(intents)]


def answered(whole: str, *intents: str, confidence: float = 0.8) -> list[str]:
    return [r.intent for r in both(whole, read(*intents, confidence=confidence))]


def test_two_clear_questions_are_both_answered() -> None:
    assert answered("ask_cost", "ask_cost", "ask_change_therapist") == ["ask_cost", "ask_change_therapist"]
    assert answered("nlu_fallback", "ask_cost", "ask_judged") == ["ask_cost", "ask_judged"]


def test_a_person_is_asked_for_last() -> None:
    assert answered("ask_for_human", "ask_for_human", "ask_cost") == ["ask_cost", "ask_for_human"]
    assert answered("say_want_to_talk", "ask_for_human", "ask_cost") == ["ask_cost", "ask_for_human"]
    assert answered("ask_for_human", "ask_for_human", "say_want_to_talk") == []


def test_a_story_with_a_question_is_both() -> None:
    assert answered("say_relapse", "say_relapse", "ask_how_to_start") == ["say_relapse", "ask_how_to_start"]


@pytest.mark.parametrize(
    ("whole", "intents"),
    [
        ("ask_cost", ("greet", "ask_cost")),  # a greeting needs no answer of its own
        ("ask_cost", ("ask_cost", "ask_cost")),
        (
            "ask_help_loved_one",
            ("say_worried_about_someone", "say_need_help"),
        ),  # "my son uses. can you help?"
        ("ask_cost", ("ask_staff", "ask_judged")),  # the whole means something else
        ("say_using", ("say_using", "say_low_mood")),  # two statements are one story
        ("ask_cost", ("ask_cost", "out_of_scope")),
        ("ask_cost", ("ask_cost", "ask_why")),
    ],
)
def test_what_may_be_one_thing_gets_one_answer(whole: str, intents: tuple[str, ...]) -> None:
    assert answered(whole, *intents) == []


def test_parts_that_are_not_clear_are_no_questions() -> None:
    assert answered("ask_cost", "ask_cost", "ask_judged", confidence=0.3) == []
