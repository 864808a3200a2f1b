"""From "I want a person" to an open handoff: the questions about needs as a Rasa form, and what follows.

Thin: what an answer means is in `asking.py`, who fits and who is asked is the service's.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import words
from actions.asked import with_language, with_time, without_time
from actions.asking import answer, begin, begin_change, begin_without_questions
from actions.intake import PREVIEW, End, Intake, Question
from actions.ports import HandoffPort, Outcome
from actions.recap import recap
from actions.said import WANTS_A_PERSON, Said, client_texts, found_in, said, turn_of, writes
from actions.typed import NOTE
from bot.domain.needs import EMPTY, from_json, merge, read_needs, to_json
from bot.domain.needs_reading import Answering

Events = list[EventType]
_OF_THE_QUESTIONS: dict[str, Any] = {
    **{str(question): None for question in Question},
    "needs": None,
    "needs_plain": None,
    "needs_missed": None,
    "needs_summary": None,
    "needs_end": None,
    "needs_wished": None,
}


class ValidateNeedsForm(Action):  # type: ignore[misc]
    """Takes every message while needs_form is on: begins the questions, reads answers, answers asides."""

    def __init__(self, handoffs: HandoffPort) -> None:
        self._handoffs = handoffs

    def name(self) -> str:
        return "validate_needs_form"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]
    ) -> Events:
        names = await self._handoffs.roster_names()
        intake = _read(tracker)
        if intake.question is None:
            intake = await self._begin(tracker, names)
        else:
            intake = answer(intake, said(tracker), names)
            intake = _asking_for(intake, found_in(tracker, most=1))
        summary = recap(intake.needs, names, intake.writes, intake.plain)
        for response in intake.says:
            if response == PREVIEW:
                await self._preview(dispatcher, intake)
            else:
                dispatcher.utter_message(response=response, needs_summary=summary)
        return _write(tracker, intake, summary)

    async def _preview(self, dispatcher: CollectingDispatcher, intake: Intake) -> None:
        """Who it would be, by the needs as they stand now."""
        found = await self._handoffs.preview(intake.needs)
        if found is None:
            dispatcher.utter_message(response=f"{PREVIEW}_nobody")
        else:
            dispatcher.utter_message(response=PREVIEW, name=found[0], about=found[1])

    async def _begin(self, tracker: Tracker, names: Mapping[str, str]) -> Intake:
        known = await self._handoffs.read_needs(tracker.sender_id)
        now, found = said(tracker), found_in(tracker)
        text = _text_with_needs(tracker, names)
        if any(words.UNDER_AGE.search(text) for text in client_texts(tracker)):
            begun = begin_without_questions(without_time(known), writes=writes(tracker))
            return _asking_for(begun, found)
        if now.intent in WANTS_A_PERSON and await self._handoffs.is_waiting(tracker.sender_id):
            stated = merge(known, read_needs(text, names).needs)  # asked already: only the time may be new
            return _asking_for(begin_without_questions(stated, writes=writes(tracker)), found)
        about_other = _is_about_other(tracker, now)
        if now.choice == "unfit.change":
            return begin_change(known, about_other=about_other)
        known = with_language(without_time(known), read_needs(text, names).needs, found.get("language"))
        begun = begin(text, known, names, about_other=about_other, writes=writes(tracker))
        return _asking_for(begun, found)


def _asking_for(intake: Intake, found: Mapping[str, str]) -> Intake:
    """With the time at which the client asked to be contacted, for the counselor who takes and for the ladder."""
    needs = with_time(intake.needs, found.get("when_dated") or found.get("when"))
    return replace(intake, needs=needs, wished=found.get("when_at") or intake.wished)


def _text_with_needs(tracker: Tracker, names: Mapping[str, str]) -> str:
    """The client's last words, or those before them: "Spanish?", and then "yes, ask one to contact me"."""
    texts = client_texts(tracker, most=2)
    return next((text for text in texts if not read_needs(text, names).needs.empty), "")


def _is_about_other(tracker: Tracker, now: Said) -> bool:
    """Whether the counselor is for somebody else: only when that was asked for.

    A mother who worries about her son will talk with the counselor herself, so she is asked about herself.
    """
    if words.FOR_ME.search(now.text):
        return False
    asked_for = any(map(words.FOR_OTHER.search, client_texts(tracker, most=3)))
    return bool(tracker.get_slot("about_other")) or asked_for


def _read(tracker: Tracker) -> Intake:
    slots: Mapping[str, Any] = tracker.slots
    asked, missed = slots.get("requested_slot"), slots.get("needs_missed")
    return Intake(
        needs=from_json(slots["needs"]) if slots.get("needs") else EMPTY,
        plain=tuple(slots.get("needs_plain") or ()),
        answered=frozenset(question for question in Question if slots.get(question)),
        question=Question(asked) if asked in set(Question) else None,
        missed=Question(missed) if missed else None,
        wished=slots.get("needs_wished"),
        about_other=bool(slots.get("about_other")),
        writes=writes(tracker),
    )


def _write(tracker: Tracker, intake: Intake, summary: str) -> Events:
    """The intake as slots. One slot is always among them: a form that gets none refuses to go on."""
    slots: dict[str, Any] = {
        **{question.value: "answered" if question in intake.answered else None for question in Question},
        "needs": None if intake.needs.empty else to_json(intake.needs),
        "needs_plain": list(intake.plain) or None,
        "needs_missed": str(intake.missed) if intake.missed else None,
        "needs_wished": intake.wished,
        "about_other": intake.about_other,
        "needs_end": str(intake.end) if intake.end else None,
    }
    events = [SlotSet(slot, value) for slot, value in slots.items() if tracker.slots.get(slot) != value]
    events += [SlotSet("needs_summary", summary or None)]
    events += [SlotSet("requested_slot", str(intake.question) if intake.question else None)]
    return [*events, FollowupAction("action_open_handoff")] if intake.end else events


class OpenHandoff(Action):  # type: ignore[misc]
    """Ends the questions: sends the request, unless it was dropped, and tells what came of it."""

    def __init__(self, handoffs: HandoffPort) -> None:
        self._handoffs = handoffs

    def name(self) -> str:
        return "action_open_handoff"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]
    ) -> Events:
        ended = tracker.get_slot("needs_end")
        if ended == End.SEND and (turn := turn_of(tracker)):
            intake = _read(tracker)
            outcome = await self._handoffs.open(
                tracker.sender_id,
                turn,
                intake.needs,
                about_other=intake.about_other,
                wait_for_fit=False,
                wished=intake.wished,
            )
            tell(dispatcher, outcome)
        return _reset(tracker, _OF_THE_QUESTIONS)


def tell(dispatcher: CollectingDispatcher, outcome: Outcome, *, waits: bool = False) -> None:
    """Say what came of a request; nothing when the turn was given up, for then something else was said."""
    match outcome.state:
        case "offered" | "already_open":
            dispatcher.utter_message(response=f"utter_handoff_{outcome.state}")
        case "nobody_on_duty" if outcome.next_opening:
            dispatcher.utter_message(response="utter_handoff_next_opening", next_opening=outcome.next_opening)
        case "nobody_on_duty":
            dispatcher.utter_message(response="utter_handoff_nobody_on_duty")
        case "scheduled" | "scheduled_later":
            dispatcher.utter_message(response=f"utter_handoff_{outcome.state}", wished=outcome.next_opening)
        case "nobody_eligible" if waits:
            dispatcher.utter_message(response="utter_handoff_waits_for_fit")
        case "nobody_eligible":
            loosen = [{"title": label, "payload": payload} for label, payload in outcome.loosen]
            dispatcher.utter_message(response="utter_handoff_nobody_eligible", buttons=loosen)


def _reset(tracker: Tracker, slots: Mapping[str, Any]) -> Events:
    return [SlotSet(slot, value) for slot, value in slots.items() if tracker.slots.get(slot) != value]


class ResetAfterHandoff(Action):  # type: ignore[misc]
    """The bot holds the conversation again, or begins it anew: forgets the questions and says nothing."""

    def name(self) -> str:
        return "action_reset_after_handoff"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]
    ) -> Events:
        slots = {**_OF_THE_QUESTIONS, "about_other": None, "requested_slot": None}
        return [ActiveLoop(None), *_reset(tracker, slots)]


class NoteNeed(Action):  # type: ignore[misc]
    """A need that was said outside the questions: kept, said back, and a counselor offered."""

    def __init__(self, handoffs: HandoffPort) -> None:
        self._handoffs = handoffs

    def name(self) -> str:
        return "action_note_need"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]
    ) -> Events:
        names, text = await self._handoffs.roster_names(), said(tracker).text
        reading = read_needs(text, names, Answering.WHO)
        needs = reading.needs
        if needs.wanted and words.TALK.search(text):
            return [FollowupAction("needs_form")]
        says_more = not reading.understood and not words.TELLS.search(text)
        if says_more and (not needs.empty or words.A_PERSON.search(text)):
            needs = replace(needs, note=text[:NOTE])
        if needs.empty or not (turn := turn_of(tracker)):
            dispatcher.utter_message(response="utter_needs_none_read")
            return []
        await self._handoffs.record_needs(tracker.sender_id, turn, needs)
        summary = recap(needs, names, writes(tracker))
        dispatcher.utter_message(response="utter_needs_kept", needs_summary=summary)
        return []


class TakeBack(Action):  # type: ignore[misc]
    """ "Never mind, no counselor": a request that nobody has answered is taken back."""

    def __init__(self, handoffs: HandoffPort) -> None:
        self._handoffs = handoffs

    def name(self) -> str:
        return "action_take_back"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]
    ) -> Events:
        turn = turn_of(tracker)
        taken = bool(turn) and await self._handoffs.take_back(tracker.sender_id, turn)
        dispatcher.utter_message(response="utter_request_taken_back" if taken else "utter_change_mind")
        return []


def payload_of(option: Mapping[str, Any]) -> tuple[str, str]:
    """(intent, choice) of an option's payload: '/choose{"choice": "unfit.wait"}'."""
    intent, brace, values = str(option.get("payload", "")).lstrip("/").partition("{")
    return intent, str(json.loads(brace + values).get("choice", "")) if brace else ""
