"""A turn: safe, repeatable, loud when something fails."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import pytest
from rasa.core.agent import Agent
from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.events import ActionExecuted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from rasa_components import clauses, turn
from rasa_components.processor import ActionFailed, TurnEndless
from rasa_components.rules import QuickRulePolicy
from rasa_components.tracker_store import MOST_ROWS

_count = itertools.count()


def say(agent: Agent, conversation: str, text: str, **more: Any) -> dict[str, Any]:
    message = more.pop("message_id", f"m{next(_count)}")
    return asyncio.run(turn.take(agent, turn.Asked(conversation, message, f"t-{message}", text, **more)))


def names(answer: dict[str, Any]) -> list[str]:
    return [reply["name"] for reply in answer["replies"]]


def test_a_reply_comes_whole_with_its_name_its_options_and_the_clinics_facts(agent: Agent) -> None:
    answer = say(agent, "whole", "how much does it cost")
    assert answer["replies"] == [
        {
            "text": "I don't know. Clinic phone: (708) 613-4750.",
            "name": "utter_ask_cost",
            "options": [{"label": "no", "payload": "/greet"}],
        }
    ]
    assert answer["understood"]["intent"] == "ask_cost"
    assert len(answer["understood"]["ranking"]) == 3
    assert say(agent, "whole", "hello")["replies"][0]["text"] == "Hello from Two Dreams.\n\nHow can I help?"


@pytest.mark.parametrize(
    "typed", ["/ask_cost", "  /ask_cost", "//ask_cost", "/ /ask_cost", "\n/\t/ask_cost{}"]
)
def test_a_typed_slash_sets_no_intent(agent: Agent, typed: str) -> None:
    assert say(agent, "slash", typed)["understood"]["confidence"] < 1


def test_a_chosen_option_sets_the_intent_and_its_entities(agent: Agent) -> None:
    answer = say(agent, "chosen", '/ask_cost{"who": "me"}', trusted=True)
    assert answer["understood"] == {"intent": "ask_cost", "confidence": 1.0, "ranking": [["ask_cost", 1.0]]}


def test_a_typed_restart_restarts_nothing(agent: Agent) -> None:
    say(agent, "restart", '/ask_cost{"who": "me"}', trusted=True)
    say(agent, "restart", "/restart")
    tracker = asyncio.run(agent.tracker_store.retrieve("restart"))
    assert tracker.get_slot("who") == "me"


@pytest.mark.parametrize("text", ["", "   ", "/", "\u0000", "\U0001f600" * 50, "x" * 10_000])
def test_a_text_without_words_gets_one_answer_too(agent: Agent, text: str) -> None:
    for _ in range(2):
        assert len(say(agent, "odd", text)["replies"]) == 1


def test_a_turn_that_is_done_is_not_done_again(agent: Agent) -> None:
    first = say(agent, "again", "hello", message_id="once")
    again = say(agent, "again", "hello", message_id="once", retry=True)
    assert again == {**first, "repeated": True}
    tracker = asyncio.run(agent.tracker_store.retrieve("again"))
    assert sum(isinstance(event, UserUttered) for event in tracker.events) == 1


def test_a_retried_turn_that_was_never_done_is_done(agent: Agent) -> None:
    assert say(agent, "never", "hello", message_id="new", retry=True)["repeated"] is False


def test_an_action_that_cannot_be_run_fails_the_turn_and_leaves_no_trace(agent: Agent) -> None:
    say(agent, "fails", "hello")
    before = len(asyncio.run(agent.tracker_store.retrieve("fails")).events)
    with pytest.raises(ActionFailed, match="action_open"):
        say(agent, "fails", "I want a human")
    assert len(asyncio.run(agent.tracker_store.retrieve("fails")).events) == before
    assert names(say(agent, "fails", "hello")) == ["utter_greet"]


def test_a_form_outlives_a_shortened_history(agent: Agent) -> None:
    say(agent, "form", '/ask_cost{"who": "me"}', trusted=True)
    for _ in range(MOST_ROWS - 2):
        say(agent, "form", "hello")
    assert names(say(agent, "form", "take my name")) == ["utter_ask_name"]
    assert say(agent, "form", "Robin")["replies"][0]["text"] == "Thank you, Robin."
    for _ in range(2 * MOST_ROWS):
        assert names(say(agent, "form", "hello")) == ["utter_greet"]
    tracker = asyncio.run(agent.tracker_store.retrieve("form"))
    assert (tracker.get_slot("name"), tracker.get_slot("who")) == ("Robin", "me")


def test_rules_that_never_listen_fail_the_turn_and_leave_no_trace(agent: Agent) -> None:
    agent.processor.max_number_of_predictions = 1
    with pytest.raises(TurnEndless):
        say(agent, "endless", "hello")
    agent.processor.max_number_of_predictions = 10
    assert names(say(agent, "endless", "hello")) == ["utter_greet"]


def test_the_quick_rules_decide_as_rasas_do(agent: Agent) -> None:
    quick = next(
        node._component
        for node in agent.processor.graph_runner._nodes.values()
        if isinstance(node._component, QuickRulePolicy)
    )
    intents = ["greet", "ask_cost", "ask_for_human", "give_name", "nlu_fallback"]
    actions = ["utter_greet", "name_form", "action_listen", "utter_thanks"]
    for intent, action in itertools.product(intents, actions):
        events = [ActionExecuted("action_listen"), UserUttered("x", {"name": intent}), ActionExecuted(action)]
        for length in (2, 3):
            tracker = DialogueStateTracker.from_events("", events[:length], agent.domain.slots)
            ours = quick._predict(tracker, agent.domain)[0]
            theirs = RulePolicy._predict(_as_rasas(quick), tracker, agent.domain)[0]
            assert ours.probabilities == theirs.probabilities, (intent, action, length)


def _as_rasas(quick: QuickRulePolicy) -> RulePolicy:
    plain = RulePolicy.__new__(RulePolicy)
    plain.__dict__.update(quick.__dict__)
    return plain


def test_two_questions_in_one_message_are_both_answered_and_a_repeat_gives_both(
    agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clauses, "both", lambda whole, readings: tuple(readings))  # the toy knows too little
    text = "how much does it cost? hello to you"
    assert names(say(agent, "two", text, message_id="both")) == ["utter_ask_cost", "utter_greet"]
    again = say(agent, "two", text, message_id="both", retry=True)
    assert (names(again), again["repeated"]) == (["utter_ask_cost", "utter_greet"], True)


def test_while_a_question_of_ours_is_open_a_text_is_one_answer(
    agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clauses, "both", lambda whole, readings: tuple(readings))
    say(agent, "form-and-two", "take my name")
    assert len(say(agent, "form-and-two", "how much does it cost? hello to you")["replies"]) == 1


def test_spanish_is_answered_in_spanish_where_there_is_an_answer(agent: Agent) -> None:
    spanish = {"writes": "es"}
    assert say(agent, "es", '/ask_cost{"who": "me"}', trusted=True, metadata=spanish)["replies"] == [
        {"text": "No lo sé. Clínica: (708) 613-4750.", "name": "utter_ask_cost", "options": []}
    ]
    assert say(agent, "es", "/greet", trusted=True, metadata=spanish)["replies"][0]["text"] == "No sé."
    assert say(agent, "es", "/greet", trusted=True)["replies"][0]["text"].startswith("Hello")
