"""What the client just said and what the bot said before, read from Rasa's tracker. Changes nothing."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rasa_sdk import Tracker

# Intents that are a step of the talk and no question; every other one has the answer utter_<intent>.
STEPS = frozenset(
    {
        *(
            "affirm",
            "deny",
            "skip",
            "change_mind",
            "inform_need",
            "ask_more",
            "ask_why",
            "ask_source",
            "ask_what_if_not",
            "ask_meaning",
            "correct_bot",
        ),
        *(
            "nlu_fallback",
            "ask_for_human",
            "ask_call_me_back",
            "say_want_to_talk",
            "choose",
            "handed_back",
            "begin_again",
        ),
    }
)
FOLLOW_UPS = frozenset({"ask_more", "ask_why", "ask_source", "ask_what_if_not", "ask_meaning"})
WANTS_A_PERSON = frozenset({"ask_for_human", "ask_call_me_back", "say_want_to_talk"})
NOT_UNDERSTOOD = frozenset({"", "nlu_fallback", "out_of_scope"})
SURE = 0.5  # below, a statement in the middle of the questions is asked for once more instead of answered
WRITES = "writes"  # in every message's metadata while its client writes another language than English
FOUND = ("when", "when_at", "when_dated", "language", "relation", "substance")
AFRESH = frozenset({"handed_back", "begin_again"})


@dataclass(frozen=True)
class Said:
    """One message: its words ("" when an option was chosen), its intent, the option's choice."""

    text: str
    intent: str
    choice: str = ""
    confidence: float = 1.0

    @property
    def answer(self) -> str | None:
        """The name of the response that answers this on its own, if there is one."""
        return None if self.intent in STEPS or not self.intent else f"utter_{self.intent}"

    @property
    def aside(self) -> str | None:
        """The answer to it in the middle of something else: only for a plain question or a sure reading."""
        if self.intent in NOT_UNDERSTOOD or not any(letter.isalpha() for letter in self.text):
            return None
        return self.answer if self.is_question or self.confidence >= SURE else None

    @property
    def is_question(self) -> bool:
        return bool(_QUESTION.search(self.text))


_QUESTION = re.compile(
    r"\?\s*$|^\s*(?:can|could|do|does|is|are|will|would|should|may) (?:you|u|i|it|this|they|we|my|there)\b",
    re.IGNORECASE,
)


def said(tracker: Tracker) -> Said:
    latest: Mapping[str, Any] = tracker.latest_message
    text = str(latest.get("text") or "")
    return Said(
        text="" if text.startswith("/") else text,
        intent=str((latest.get("intent") or {}).get("name") or ""),
        confidence=float((latest.get("intent") or {}).get("confidence") or 1.0),
        choice=next(
            (str(e["value"]) for e in latest.get("entities") or () if e.get("entity") == "choice"), ""
        ),
    )


def turn_of(tracker: Tracker) -> str:
    """The id of the service's turn, "" when the message did not come from the service."""
    return str((tracker.latest_message.get("metadata") or {}).get("turn_id") or "")


def found_in(tracker: Tracker, most: int = 2) -> dict[str, str]:
    """What the service's reader found in the newest messages (`when`, `language`, `relation`); the newest wins."""
    found: dict[str, str] = {}
    users = [event for event in reversed(tracker.events) if event.get("event") == "user"][:most]
    metadata = [(event.get("parse_data") or {}).get("metadata") or event.get("metadata") for event in users]
    for values in reversed([tracker.latest_message.get("metadata"), *metadata[1:]]):
        found |= {name: str(value) for name, value in (values or {}).items() if name in FOUND and value}
    return found


def writes(tracker: Tracker) -> str | None:
    """The language the client writes, where it is not English."""
    return str((tracker.latest_message.get("metadata") or {}).get(WRITES) or "") or None


def message_before(tracker: Tracker) -> Mapping[str, Any]:
    """What was read of the client's message before the newest; {} when there was none."""
    users = [event for event in tracker.events if event.get("event") == "user"]
    return (users[-2].get("parse_data") or {}) if len(users) > 1 else {}


def bot_said(tracker: Tracker) -> Iterator[Mapping[str, Any]]:
    """What the bot said, newest first."""
    return (event for event in reversed(tracker.events) if event.get("event") == "bot")


def response_of(event: Mapping[str, Any]) -> str:
    """The name of the response a bot message came from."""
    return str((event.get("metadata") or {}).get("utter_action") or "")


def said_last_turn(tracker: Tracker) -> list[Mapping[str, Any]]:
    """What the bot said in answer to the message before this one, oldest first."""
    turns = 0
    found: list[Mapping[str, Any]] = []
    for event in reversed(tracker.events):
        turns += event.get("event") == "user"
        if turns > 1:
            break
        if turns == 1 and event.get("event") == "bot":
            found.append(event)
    return found[::-1]


def client_texts(tracker: Tracker, most: int = 10) -> list[str]:
    """The client's newest texts, newest first, options left out."""
    texts = [str(e.get("text") or "") for e in reversed(tracker.events) if e.get("event") == "user"]
    return [text for text in texts if not text.startswith("/")][:most]


def client_intents(tracker: Tracker, most: int = 10) -> list[str]:
    """The intents of the client's newest messages, newest first."""
    users = [e for e in reversed(tracker.events) if e.get("event") == "user"]
    return [str(((e.get("parse_data") or {}).get("intent") or {}).get("name") or "") for e in users][:most]
