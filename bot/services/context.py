"""What the services are given: the database, the jobs, the screen, the dialogue, the channels, the clock, the clinic.

Made once, in `bot/app.py`, by production and tests alike.
"""

import asyncio
import random
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Protocol

from bot.channels.base import Channel
from bot.clinic import Clinic
from bot.domain.handoff import Ladder
from bot.screen.texts import Texts
from bot.screen.verdict import Verdict
from bot.store.arrivals import Arrival
from bot.store.database import Database, Tx


class Clock(Protocol):
    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True)
class Job:
    """One piece of durable work. Arguments are ids only. A lock keeps jobs of the same lock in order.

    `may_wait`: it may have to wait for Rasa, so it has workers of its own and never keeps others from running.
    `if_others_wait`: it is only needed when no other job that is added with it begins at once.
    `one_waits`: one that waits with this lock does the work of all, so no second one is added.
    """

    name: str
    args: Mapping[str, Any]
    lock: str | None = None
    priority: int = 0
    may_wait: bool = False
    if_others_wait: bool = False
    one_waits: bool = False


class Jobs(Protocol):
    async def add(self, tx: Tx, *jobs: Job) -> None:
        """Queue jobs in the caller's transaction: they stand or fall with its data."""
        ...


class ScreenPort(Protocol):
    async def check(self, text: str, earlier: Sequence[str] = ()) -> Verdict:
        """Never raises: when the screen itself fails the verdict is "ask"."""
        ...

    def reply_for(self, verdict: Verdict, country: str | None) -> str:
        """The id of the fixed text that answers this verdict; `country` is the address's, None: not known."""
        ...


@dataclass(frozen=True)
class BotReply:
    """One text of Rasa's. `name` is the response it came from."""

    text: str
    options: tuple[tuple[str, str], ...] = ()
    name: str | None = None


NO_METADATA: Mapping[str, str] = MappingProxyType({})


class DialogueDown(Exception):
    """Rasa did not answer, or not in time. The text names the reason, never the message."""


class DialogueAway(DialogueDown):
    """Nothing answers where Rasa should be, or it ended in the middle of a turn."""


class Dialogue(Protocol):
    async def ask(
        self,
        *,
        conversation_id: str,
        message_id: int,
        turn_id: int,
        text: str,
        trusted: bool,
        retry: bool,
        metadata: Mapping[str, str] = NO_METADATA,
    ) -> list[BotReply]:
        """One turn of the dialogue. `metadata`: what was found in a typed text. Raises DialogueDown."""
        ...


class Read(Protocol):
    def to_metadata(self) -> dict[str, str]:
        """Only what was found."""
        ...


class Reader(Protocol):
    def read(self, text: str) -> Read:
        """What an action needs of a typed text: a wished time, a language, a relation. Never raises."""
        ...

    def language_after(self, text: str, before: str | None) -> str | None:
        """The language to speak with somebody who wrote this text; `before` when it does not tell."""
        ...


class _Nothing:
    def to_metadata(self) -> dict[str, str]:
        return {}


class FindsNothing:
    """The reader of a service that has none."""

    def read(self, text: str) -> Read:
        return _Nothing()

    def language_after(self, text: str, before: str | None) -> str | None:
        return before


@dataclass
class Stage:
    """One stage of a message's way, for a trace. `message_id` may become known only in the middle of it."""

    message_id: int | None = None


class Traces(Protocol):
    def stage(self, name: str, message_id: int | None = None) -> AbstractContextManager[Stage]:
        """What happens in the block is one stage of this message's way."""
        ...


class NoTraces:
    """Keeps nothing."""

    _NOTHING = nullcontext(Stage())

    def stage(self, name: str, message_id: int | None = None) -> AbstractContextManager[Stage]:
        return self._NOTHING


@dataclass
class Context:
    """Everything a service may use."""

    database: Database
    jobs: Jobs
    screen: ScreenPort
    dialogue: Dialogue
    channels: Mapping[str, Channel]
    clinic: Clinic
    texts: Texts
    clock: Clock = field(default_factory=SystemClock)
    rng: random.Random = field(default_factory=random.SystemRandom)
    ladder: Ladder = field(default_factory=Ladder)
    reader: Reader = field(default_factory=FindsNothing)
    traces: Traces = field(default_factory=NoTraces)
    screening: dict[int, "asyncio.Task[Arrival]"] = field(default_factory=dict)
    screen_failure_told: datetime | None = None
