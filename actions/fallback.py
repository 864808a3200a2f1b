"""What the bot does when it did not understand: asks what was meant, or for other words, then offers a person."""

from collections.abc import Mapping
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from actions import meant
from actions.follow_ups import ellipsis
from actions.handoff import Events
from actions.ports import HandoffPort, ReviewPort
from actions.said import WANTS_A_PERSON, response_of, said, said_last_turn, turn_of, writes
from bot.domain.needs import read_needs_text

_ASKED_ALREADY = {"utter_rephrase", "utter_did_you_mean", "utter_offer_human"}
_ABOUT_A_PERSON = WANTS_A_PERSON | {"inform_need"}


class Fallback(Action):  # type: ignore[misc]
    """The first time in a row: asks which of two likely things was meant, or kindly for other words. The second:
    offers a person, with options. What was not understood is kept for review.

    A text that is torn between two ways of asking for a person is no misunderstanding: the questions begin.
    """

    def __init__(self, handoffs: HandoffPort, reviews: ReviewPort) -> None:
        self._handoffs = handoffs
        self._reviews = reviews

    def name(self) -> str:
        return "action_fallback"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]
    ) -> Events:
        if follow_up := await self._meant(tracker):
            return [FollowupAction(follow_up)]
        if answer := ellipsis(tracker):
            dispatcher.utter_message(response=answer)
            return []
        await self._keep(tracker)
        again = any(response_of(event) in _ASKED_ALREADY for event in said_last_turn(tracker))
        if again:
            dispatcher.utter_message(response="utter_offer_human")
        elif not meant.offer(dispatcher, tracker, meant.readings(tracker)):
            dispatcher.utter_message(response="utter_rephrase")
        return []

    async def _keep(self, tracker: Tracker) -> None:
        text = said(tracker).text
        if text and (turn := turn_of(tracker)):
            await self._reviews.keep(
                tracker.sender_id,
                turn,
                text,
                kind="not_understood",
                guesses=meant.readings(tracker),
                language=writes(tracker),
            )

    async def _meant(self, tracker: Tracker) -> str:
        likely = set(meant.readings(tracker))
        needs = read_needs_text(said(tracker).text, await self._handoffs.roster_names())
        if likely & WANTS_A_PERSON and (not needs.empty or likely <= _ABOUT_A_PERSON):
            return "needs_form"
        return "" if needs.empty else "action_note_need"
