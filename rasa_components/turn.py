"""One turn of the dialogue: a text in, the replies and what was understood out. No HTTP in here."""

from __future__ import annotations

import string
from dataclasses import dataclass, field
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.core.events import BotUttered, Event, UserUttered

from rasa_components import clauses

CHANNEL = "warmline"
RANKING = 3

Answer = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """What the bot service asks for. Only it knows whether a text was chosen (trusted) or typed."""

    conversation_id: str
    message_id: str
    turn_id: str
    text: str
    trusted: bool = False
    retry: bool = False
    metadata: dict[str, Any] = field(default_factory=dict)

    def is_well_formed(self) -> bool:
        words = (self.conversation_id, self.message_id, self.turn_id, self.text)
        return (
            all(isinstance(word, str) for word in words)
            and bool(self.conversation_id)
            and all(isinstance(flag, bool) for flag in (self.trusted, self.retry))
            and isinstance(self.metadata, dict)
        )

    def safe_text(self) -> str:
        """What Rasa may see."""
        return self.text if self.trusted else typed(self.text)


def typed(text: str) -> str:
    """A text that a person typed never begins with `/`: that would set the intent, or restart."""
    return text.lstrip(INTENT_MESSAGE_PREFIX + string.whitespace)


class Replies(OutputChannel):
    """Collects what Rasa says in this turn, whole: Rasa's own collector splits a text at blank lines."""

    def __init__(self) -> None:
        self.said: list[Answer] = []

    @classmethod
    def name(cls) -> str:
        return CHANNEL

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        if message.get("text"):
            self.said.append(_reply(message["text"], message))


async def take(agent: Agent, asked: Asked) -> Answer:
    """Run the turn. A retried one that is done already is read from the tracker instead.

    Raises processor.ActionFailed and what the tracker store raises; then nothing of the turn is kept.
    """
    if asked.retry:
        done = await _find_done(agent, asked)
        if done is not None:
            return done
    replies = Replies()
    message = await _parsed(agent, asked, asked.safe_text(), replies)
    for one in await _questions_in(agent, asked, message) or (message,):
        await agent.handle_message(one)
    return _outcome(replies.said, message.parse_data, repeated=False)


async def _parsed(agent: Agent, asked: Asked, text: str, replies: Replies) -> UserMessage:
    """The text as Rasa's message, with what was understood."""
    message = UserMessage(
        text,
        replies,
        asked.conversation_id,
        input_channel=CHANNEL,
        message_id=asked.message_id,
        metadata={**asked.metadata, "message_id": asked.message_id, "turn_id": asked.turn_id},
    )
    message.parse_data = await agent.processor.parse_message(message)
    return message


async def _questions_in(agent: Agent, asked: Asked, message: UserMessage) -> list[UserMessage]:
    """Two messages for a text that asks two things; none while a question of ours is open."""
    parts = [] if asked.trusted else clauses.parts(message.text)
    if not parts:
        return []
    tracker = await agent.tracker_store.retrieve(asked.conversation_id)
    if tracker is not None and tracker.active_loop_name:
        return []
    found = [await _parsed(agent, asked, typed(part), message.output_channel) for part in parts]
    readings = [clauses.Reading(one.text, **_best(one.parse_data)) for one in found]
    chosen = clauses.both(message.parse_data["intent"]["name"], readings)
    return [found[readings.index(reading)] for reading in chosen]


def _best(parse_data: dict[str, Any]) -> dict[str, Any]:
    return {"intent": parse_data["intent"]["name"], "confidence": parse_data["intent"]["confidence"]}


async def understand(agent: Agent, text: str) -> Answer:
    """What a typed text means, outside any conversation."""
    return _understood(await agent.processor.parse_message(UserMessage(typed(text))))


async def _find_done(agent: Agent, asked: Asked) -> Answer | None:
    tracker = await agent.tracker_store.retrieve(asked.conversation_id)
    events = list(tracker.events) if tracker else []
    for place, event in enumerate(events):
        if isinstance(event, UserUttered) and event.message_id == asked.message_id:
            return _outcome(
                _said_after(events[place + 1 :], event.message_id), event.parse_data, repeated=True
            )
    return None


def _said_after(events: list[Event], message_id: str) -> list[Answer]:
    """What was said to a message; one that asked two things stands there twice."""
    said = []
    for event in events:
        if isinstance(event, UserUttered) and event.message_id != message_id:
            break
        if isinstance(event, BotUttered) and event.text:
            said.append(_reply(event.text, event.message()))
    return said


def _reply(text: str, message: dict[str, Any]) -> Answer:
    options = [{"label": one["title"], "payload": one["payload"]} for one in message.get("buttons") or ()]
    return {"text": text, "name": message.get("utter_action"), "options": options}


def _outcome(said: list[Answer], parse_data: dict[str, Any], *, repeated: bool) -> Answer:
    return {"replies": said, "understood": _understood(parse_data), "repeated": repeated}


def _understood(parse_data: dict[str, Any]) -> Answer:
    ranking = parse_data.get("intent_ranking") or []
    return {
        "intent": parse_data["intent"]["name"],
        "confidence": parse_data["intent"]["confidence"],
        "ranking": [[one["name"], one["confidence"]] for one in ranking[:RANKING]],
    }
