""" "That's not what I asked": says sorry, offers the other readings, and keeps the text for review."""

from collections.abc import Mapping
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import meant
from actions.handoff import Events
from actions.ports import ReviewPort
from actions.said import message_before, turn_of, writes


class Correct(Action):  # type: ignore[misc]
    """Takes the blame, and asks which of the other readings of the message before was meant, or for other words."""

    def __init__(self, reviews: ReviewPort) -> None:
        self._reviews = reviews

    def name(self) -> str:
        return "action_correct"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]
    ) -> Events:
        before = message_before(tracker)
        taken_for = str((before.get("intent") or {}).get("name") or "")
        text = str(before.get("text") or "")
        others = [intent for intent in meant.likely(before, least=meant.LESS_LIKELY) if intent != taken_for]
        if text and not text.startswith("/") and (turn := turn_of(tracker)):
            await self._reviews.keep(
                tracker.sender_id,
                turn,
                text,
                kind="corrected",
                guesses=[taken_for, *others],
                language=writes(tracker),
            )
        if not meant.offer(dispatcher, tracker, others, response="utter_corrected_options"):
            dispatcher.utter_message(response="utter_corrected")
        return []
