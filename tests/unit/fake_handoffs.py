"""A hand-written service for the actions, and a client who talks with them without Rasa."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import build_on
from bot.domain.needs import EMPTY, Needs, merge


@dataclass(frozen=True)
class FakeOutcome:
    state: str = "offered"
    next_opening: str | None = None
    loosen: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Opened:
    turn_id: str
    needs: Needs
    about_other: bool
    wait_for_fit: bool
    wished: str | None = None


@dataclass
class FakeHandoffs:
    """HandoffPort in memory. `outcome` is what the next request becomes."""

    outcome: FakeOutcome = FakeOutcome()
    needs: Needs = EMPTY
    names: Mapping[str, str] = field(default_factory=lambda: {"Maria": "c1", "John": "c2"})
    opened: list[Opened] = field(default_factory=list)
    waiting: bool = False

    async def open(
        self,
        conversation_id: str,
        turn_id: str,
        needs: Needs,
        *,
        about_other: bool,
        wait_for_fit: bool,
        wished: str | None = None,
    ) -> FakeOutcome:
        self.needs, self.waiting = needs, True
        self.opened.append(Opened(turn_id, needs, about_other, wait_for_fit, wished))
        return self.outcome

    async def is_waiting(self, conversation_id: str) -> bool:
        return self.waiting

    async def preview(self, needs: Needs) -> tuple[str, str] | None:
        return None if "gender:nonbinary" in needs.must else ("Maria", "A woman")

    async def take_back(self, conversation_id: str, turn_id: str) -> bool:
        was, self.waiting = self.waiting, False
        return was

    async def record_needs(self, conversation_id: str, turn_id: str, needs: Needs) -> None:
        self.needs = merge(self.needs, needs)

    async def read_needs(self, conversation_id: str) -> Needs:
        return self.needs

    async def roster_names(self) -> Mapping[str, str]:
        return self.names


@dataclass
class FakeReviews:
    """ReviewPort in memory."""

    kept: list[dict[str, Any]] = field(default_factory=list)

    async def keep(self, conversation_id: str, turn_id: str, text: str, **known: Any) -> None:
        self.kept.append({"turn_id": turn_id, "text": text, **known})


@dataclass
class Heard:
    """One thing the bot says: the name of its response and the values it carries."""

    response: str
    values: dict[str, Any]
    buttons: list[dict[str, str]] = field(default_factory=list)


@dataclass
class Talk:
    """Runs actions on a tracker as Rasa would: events in, slots and bot messages kept."""

    handoffs: FakeHandoffs = field(default_factory=FakeHandoffs)
    reviews: FakeReviews = field(default_factory=FakeReviews)
    slots: dict[str, Any] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    latest: dict[str, Any] = field(default_factory=dict)
    turn: int = 0

    def __post_init__(self) -> None:
        self.actions: dict[str, Action] = {
            action.name(): action for action in build_on(self.handoffs, self.reviews)
        }

    def says(
        self,
        text: str = "",
        intent: str = "",
        choice: str = "",
        *,
        confidence: float = 0.9,
        turn_id: str | None = "",
        torn: tuple[str, ...] = (),
    ) -> None:
        """The client's next message; with a choice or no text it is an option. `torn`: likely intents."""
        self.turn += 1
        self.latest = {
            "text": text or f"/{intent or 'choose'}",
            "intent": {"name": intent or ("choose" if choice else ""), "confidence": confidence},
            "intent_ranking": [{"name": name, "confidence": 0.4} for name in torn],
            "entities": [{"entity": "choice", "value": choice}] if choice else [],
            "metadata": {} if turn_id is None else {"turn_id": turn_id or str(self.turn)},
        }
        self.events.append({"event": "user", "text": self.latest["text"], "parse_data": self.latest})

    def bot_said(self, response: str, *payloads: str) -> None:
        """A text of Rasa's own that came before."""
        buttons = [{"title": "x", "payload": payload} for payload in payloads]
        self.events.append(
            {"event": "bot", "data": {"buttons": buttons}, "metadata": {"utter_action": response}}
        )

    async def run(self, action: str) -> list[Heard]:
        """Run an action and whatever it says must follow; what was said, in order."""
        dispatcher = CollectingDispatcher()
        tracker = Tracker("conversation", self.slots, self.latest, self.events, False, None, {}, None)
        events = await self.actions[action].run(dispatcher, tracker, {})
        heard = [self._hear(message) for message in dispatcher.messages]
        follow_up = ""
        for event in events:
            if event["event"] == "slot":
                self.slots[event["name"]] = event["value"]
            elif event["event"] == "followup":
                follow_up = event["name"]
        self.events += events
        if follow_up and follow_up != "needs_form":
            heard += await self.run(follow_up)
        return heard + ([Heard("needs_form", {})] if follow_up == "needs_form" else [])

    def _hear(self, message: dict[str, Any]) -> Heard:
        name = message["response"]
        self.bot_said(name)
        known = ("text", "buttons", "elements", "custom", "template", "response", "image", "attachment")
        values = {key: value for key, value in message.items() if key not in known}
        return Heard(name, values, message.get("buttons") or [])


async def told(
    talk: Talk, text: str = "", intent: str = "", choice: str = "", confidence: float = 0.9
) -> list[str]:
    """What the bot says to one message while the questions are on; the open question is the last."""
    talk.says(text, intent, choice, confidence=confidence)
    heard = [heard.response for heard in await talk.run("validate_needs_form")]
    asked = talk.slots.get("requested_slot")
    return [*heard, asked] if asked else heard


async def asked_for_human(
    text: str = "", intent: str = "ask_for_human", outcome: FakeOutcome | None = None
) -> Talk:
    """A talk in which a person was asked for."""
    talk = Talk(FakeHandoffs(outcome or FakeOutcome()))
    await told(talk, text, intent)
    return talk


async def at(question: str) -> Talk:
    """A talk in which this question is open, after a woman was asked for as a must."""
    talk = await asked_for_human()
    steps = ("need_permission.ok", "need_who.woman", "need_strength.must", "need_never.nobody")
    for step in (*steps, "need_do_not_ask.nothing"):
        if talk.slots["requested_slot"] == question:
            break
        await told(talk, choice=step)
    assert talk.slots["requested_slot"] == question
    return talk


async def sent(talk: Talk) -> Needs:
    """The needs that are sent when everything else is skipped."""
    for _ in range(6):
        if talk.handoffs.opened:
            break
        await told(talk, "skip")
    return talk.handoffs.opened[0].needs
