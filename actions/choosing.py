"""What a client's choice means outside the questions: nobody fits, or "did you mean ...?"."""

from collections.abc import Mapping
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from actions import meant
from actions.handoff import Events, tell
from actions.ports import HandoffPort, ReviewPort
from actions.said import said, turn_of


class Choose(Action):  # type: ignore[misc]
    """Nobody fits: wait, change what was asked for, or the phone number. Or one of two things that were meant."""

    def __init__(self, handoffs: HandoffPort, reviews: ReviewPort) -> None:
        self._handoffs = handoffs
        self._reviews = reviews

    def name(self) -> str:
        return "action_choose"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]
    ) -> Events:
        return await self.choose(dispatcher, tracker, said(tracker).choice)

    async def choose(self, dispatcher: CollectingDispatcher, tracker: Tracker, choice: str) -> Events:
        if choice.startswith(meant.PREFIX):
            return await meant.answer(dispatcher, tracker, choice, self._reviews)
        match choice:
            case "unfit.wait":
                await self._wait(dispatcher, tracker)
            case "unfit.later":
                await self._wait(CollectingDispatcher(), tracker)  # kept first; the time may come or not
                dispatcher.utter_message(response="utter_handoff_when")
            case "unfit.change":
                return [FollowupAction("needs_form")]
            case "unfit.phone":
                dispatcher.utter_message(response="utter_handoff_phone")
            case _:
                dispatcher.utter_message(response="utter_follow_up_unclear")
        return []

    async def _wait(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        if not (turn := turn_of(tracker)):
            return
        needs = await self._handoffs.read_needs(tracker.sender_id)
        about_other = bool(tracker.get_slot("about_other"))
        outcome = await self._handoffs.open(
            tracker.sender_id, turn, needs, about_other=about_other, wait_for_fit=True
        )
        tell(dispatcher, outcome, waits=True)
