"""A typed "yes": takes up what the bot offered last. Decides nothing about handoffs itself."""

from collections.abc import Mapping
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from actions import words
from actions.choosing import Choose
from actions.handoff import Events, payload_of
from actions.said import WANTS_A_PERSON, Said, said, said_last_turn


class Affirm(Action):  # type: ignore[misc]
    """ "Yes" means the first option of the last text; with no option it is only heard."""

    def __init__(self, choose: Choose) -> None:
        self._choose = choose

    def name(self) -> str:
        return "action_affirm"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]
    ) -> Events:
        if words.THANKS.search(said(tracker).text):  # "ok thx" takes nothing up
            dispatcher.utter_message(response="utter_thank")
            return []
        intent, choice = _first_option(tracker)
        if intent in WANTS_A_PERSON:
            return [FollowupAction("needs_form")]
        if choice.startswith(("unfit.", "meant.")):
            return await self._choose.choose(dispatcher, tracker, choice)
        dispatcher.utter_message(response=Said("", intent).answer or "utter_affirm")
        return []


def _first_option(tracker: Tracker) -> tuple[str, str]:
    before = said_last_turn(tracker)
    buttons = ((before[-1].get("data") or {}).get("buttons") or []) if before else []
    return payload_of(buttons[0]) if buttons else ("", "")
