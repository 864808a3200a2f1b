"""What the bot does when it did not understand: asks once for other words, then offers a person."""

from collections.abc import Mapping
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from actions.handoff import Events
from actions.ports import HandoffPort
from actions.said import WANTS_A_PERSON, response_of, said, said_last_turn
from bot.domain.needs import read_needs_text

_ASKED_ALREADY = {"utter_rephrase", "utter_offer_human"}
_ABOUT_A_PERSON = WANTS_A_PERSON | {"inform_need"}
LIKELY = 0.15  # below, a reading is only noise


class Fallback(Action):  # type: ignore[misc]
    """The first time in a row: kindly asks for other words. The second: offers a person, with options.

    A text that is torn between two ways of asking for a person is no misunderstanding: the questions begin.
    """

    def __init__(self, handoffs: HandoffPort) -> None:
        self._handoffs = handoffs

    def name(self) -> str:
        return "action_fallback"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]
    ) -> Events:
        if follow_up := await self._meant(tracker):
            return [FollowupAction(follow_up)]
        again = any(response_of(event) in _ASKED_ALREADY for event in said_last_turn(tracker))
        dispatcher.utter_message(response="utter_offer_human" if again else "utter_rephrase")
        return []

    async def _meant(self, tracker: Tracker) -> str:
        likely = _likely_intents(tracker)
        needs = read_needs_text(said(tracker).text, await self._handoffs.roster_names())
        if likely & WANTS_A_PERSON and (not needs.empty or likely <= _ABOUT_A_PERSON):
            return "needs_form"
        return "" if needs.empty else "action_note_need"


def _likely_intents(tracker: Tracker) -> set[str]:
    """The best two readings of a text that was not understood, as far as they are more than noise."""
    ranking = tracker.latest_message.get("intent_ranking") or []
    others = [one for one in ranking if one.get("name") != "nlu_fallback"][:2]
    return {str(one["name"]) for one in others if float(one.get("confidence") or 0) >= LIKELY}
