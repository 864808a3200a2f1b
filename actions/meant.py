""" "Did you mean ...?": asks when two readings of a text are close, and answers the one that was meant.

What was meant is kept as a suggestion for whoever reviews what the bot did not understand; nothing trains itself.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from actions.handoff import Events
from actions.labels import label_of, something_else
from actions.ports import ReviewPort
from actions.said import WANTS_A_PERSON, client_texts, said_last_turn, turn_of, writes

PREFIX = "meant."
OTHER = "other"
MOST_OFFERED = 2
LIKELY = 0.15  # below, a reading is only noise
LESS_LIKELY = 0.06  # after "that's not what I asked" the best one is out, and a weak one may be it


def readings(tracker: Tracker) -> list[str]:
    """The likely intents of a text that was not understood, best first."""
    return likely(tracker.latest_message)[:MOST_OFFERED]


def likely(message: Mapping[str, Any], least: float = LIKELY) -> list[str]:
    """The intents of a message that are at least this likely, best first."""
    ranking = [one for one in message.get("intent_ranking") or [] if one.get("name") != "nlu_fallback"]
    return [str(one["name"]) for one in ranking if float(one.get("confidence") or 0) >= least]


def offer(
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    intents: Sequence[str],
    response: str = "utter_did_you_mean",
) -> bool:
    """Ask which of these readings was meant. False when there is none that can be offered."""
    language = writes(tracker)
    labels = {intent: label for intent in intents if (label := label_of(intent, language))}
    if not labels:
        return False
    buttons = [_button(label, intent) for intent, label in [*labels.items()][:MOST_OFFERED]]
    buttons.append(_button(something_else(language), OTHER))
    dispatcher.utter_message(response=response, buttons=buttons)
    return True


def _button(label: str, meant: str) -> dict[str, str]:
    return {"title": label, "payload": "/choose" + json.dumps({"choice": PREFIX + meant})}


async def answer(
    dispatcher: CollectingDispatcher, tracker: Tracker, choice: str, reviews: ReviewPort
) -> Events:
    """Answer the reading that was chosen. Only one that was offered counts; another number asks for words."""
    meant, offered = choice.removeprefix(PREFIX), _offered(tracker)
    text = next(iter(client_texts(tracker, most=1)), "")
    if text and (turn := turn_of(tracker)):
        await reviews.keep(
            tracker.sender_id,
            turn,
            text,
            kind="chosen",
            guesses=offered,
            meant=meant if meant in offered else None,
            language=writes(tracker),
        )
    if meant == OTHER or meant not in offered:
        dispatcher.utter_message(response="utter_rephrase")
        return []
    if meant in WANTS_A_PERSON:
        return [FollowupAction("needs_form")]
    dispatcher.utter_message(response=f"utter_{meant}")
    return []


def _offered(tracker: Tracker) -> list[str]:
    """The intents that the bot's last text offered."""
    last: Mapping[str, Any] = next(iter(reversed(said_last_turn(tracker))), {})
    payloads = [str(b.get("payload", "")) for b in (last.get("data") or {}).get("buttons") or ()]
    choices = [json.loads(p.removeprefix("/choose")).get("choice", "") for p in payloads if PREFIX in p]
    return [choice.removeprefix(PREFIX) for choice in choices if choice != PREFIX + OTHER]
