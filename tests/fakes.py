"""Hand-written stand-ins for what is outside a test: Rasa, the clock. They keep what they were asked."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.services.context import BotReply, DialogueDown

Answer = Callable[[dict[str, Any]], list[BotReply]]


def echo(asked: dict[str, Any]) -> list[BotReply]:
    return [BotReply(f"answer to: {asked['text']}")]


@dataclass
class FakeDialogue:
    """Answers with `answer`; `down` makes it fail like a Rasa that is away."""

    answer: Answer = echo
    down: bool = False
    asked: list[dict[str, Any]] = field(default_factory=list)

    async def ask(self, **asked: Any) -> list[BotReply]:
        self.asked.append(asked)
        if self.down:
            raise DialogueDown("down")
        return self.answer(asked)


@dataclass
class MovableClock:
    """A clock that starts at the machine's time and moves when told to."""

    moved: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.moved

    def move(self, **by: float) -> None:
        self.moved += timedelta(**by)
