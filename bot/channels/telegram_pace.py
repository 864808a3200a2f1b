"""How fast we send to Telegram: one message a second to a chat, thirty a second to all, over all processes together.

The turns are handed out by PostgreSQL. A process that has none (a test, an operator's command) counts its own.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog

from bot.store import pace
from bot.store.database import Database, Tx

log = structlog.get_logger("telegram")

PER_CHAT = 1.0  # seconds between two messages to one chat
OVERALL = 1 / 25  # seconds between any two ordinary messages; with the urgent ones thirty a second
URGENT = (
    1 / 5
)  # seconds between two urgent ones, which have a lane of their own and wait behind no ordinary one
LONGEST_WAIT = 5.0  # seconds a text waits for its turn; a longer wait is delivery's to plan
MOST_REMEMBERED = 5_000
FORGET_EVERY = 500  # turns

Sleep = Callable[[float], Awaitable[object]]


class MustWait(Exception):
    """It is not this chat's turn for longer than a sender should be kept. Nothing was taken."""

    def __init__(self, seconds: float) -> None:
        super().__init__("must wait")
        self.seconds = seconds


class Turns(Protocol):
    """Whoever hands out turns to send."""

    async def turn(self, chat: str, *, urgent: bool = False) -> None:
        """Return when a message to this chat may leave. Raises MustWait."""
        ...

    async def hold(self, chat: str, seconds: float) -> None:
        """Telegram told us to wait with this chat."""
        ...


class Pace:
    """The turns of one process alone."""

    def __init__(self, now: Callable[[], float] = time.monotonic, sleep: Sleep = asyncio.sleep) -> None:
        self._now, self._sleep = now, sleep
        self._free: dict[str, float] = {}
        self._lanes = {OVERALL: 0.0, URGENT: 0.0}

    async def turn(self, chat: str, *, urgent: bool = False) -> None:
        wait = max(0.0, self._free.get(chat, 0.0) - self._now())
        if wait > LONGEST_WAIT:
            raise MustWait(wait)
        self._free[chat] = self._now() + wait + PER_CHAT
        if wait:
            await self._sleep(wait)
        lane, now = URGENT if urgent else OVERALL, self._now()
        start = max(now, self._lanes[lane])
        self._lanes[lane] = start + lane
        if start > now:
            await self._sleep(start - now)
        self._forget()

    async def hold(self, chat: str, seconds: float) -> None:
        self._free[chat] = max(self._free.get(chat, 0.0), self._now() + seconds)

    def _forget(self) -> None:
        if len(self._free) > MOST_REMEMBERED:
            now = self._now()
            self._free = {chat: free for chat, free in self._free.items() if free > now}


class SharedPace:
    """The turns of all processes on one database, one statement each. While it is away this process counts alone."""

    def __init__(
        self,
        database: Database,
        channel: str,
        *,
        per_chat: float = PER_CHAT,
        overall: float = OVERALL,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._database, self._channel, self._sleep = database, channel, sleep
        self._per_chat, self._overall = per_chat, overall
        self._alone = Pace(sleep=sleep)
        self._taken = 0

    async def turn(self, chat: str, *, urgent: bool = False) -> None:
        try:
            await self._turn(chat, urgent=urgent)
        except MustWait:
            raise
        except Exception as error:
            log.warning("telegram.pace_alone", channel=self._channel, error=type(error).__name__)
            await self._alone.turn(chat, urgent=urgent)

    async def _turn(self, chat: str, *, urgent: bool) -> None:
        key, waited = self._key(chat), 0.0
        lane, between = (b"urgent", URGENT) if urgent else (b"all", self._overall)
        while True:
            async with self._database.single() as tx:
                turn = await pace.take(
                    tx, key, lane + self._channel.encode(), per_chat=self._per_chat, between=between
                )
                if turn.granted and turn.wait:
                    await pace.hold(tx, key, turn.wait + self._per_chat)
                await self._forget_sometimes(tx)
            if not turn.granted and waited + turn.wait > LONGEST_WAIT:
                raise MustWait(turn.wait)
            if turn.wait:
                await self._sleep(turn.wait)
                waited += turn.wait
            if turn.granted:
                return

    async def hold(self, chat: str, seconds: float) -> None:
        await self._alone.hold(chat, seconds)
        async with self._database.single() as tx:
            await pace.hold(tx, self._key(chat), seconds)

    async def _forget_sometimes(self, tx: Tx) -> None:
        self._taken += 1
        if self._taken % FORGET_EVERY == 0:
            await pace.forget(tx)

    def _key(self, chat: str) -> bytes:
        return self._database.vault.hash_address(self._channel, chat)
