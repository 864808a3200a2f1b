"""The quotation on the page. Its tone is hopeless, so it is never said after somebody told of pain."""

from collections.abc import Mapping
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.handoff import Events
from actions.said import client_intents

# What people say who should not hear it (rules 7.3); the safety screen's texts never reach Rasa at all.
_CHEERFUL = {"say_progress", "say_want_to_talk", "say_need_therapy"}


class Quote(Action):  # type: ignore[misc]
    """Says the quotation, unless one of the newest messages told of something hard."""

    def name(self) -> str:
        return "action_quote"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]
    ) -> Events:
        told = any(i.startswith("say_") and i not in _CHEERFUL for i in client_intents(tracker))
        dispatcher.utter_message(response="utter_quote_later" if told else "utter_ask_quote")
        return []
