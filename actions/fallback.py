"""What the bot does when it did not understand: asks once for other words, then offers a person."""

from collections.abc import Mapping
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.handoff import Events
from actions.said import response_of, said_last_turn

_ASKED_ALREADY = {"utter_rephrase", "utter_offer_human"}


class Fallback(Action):  # type: ignore[misc]
    """The first time in a row: kindly asks for other words. The second: offers a person, with options."""

    def name(self) -> str:
        return "action_fallback"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]
    ) -> Events:
        again = any(response_of(event) in _ASKED_ALREADY for event in said_last_turn(tracker))
        dispatcher.utter_message(response="utter_offer_human" if again else "utter_rephrase")
        return []
