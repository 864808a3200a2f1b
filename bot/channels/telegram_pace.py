"""How fast one process sends to Telegram: one message a second to a chat, thirty a second to all. Knows no message."""

import asyncio
import time
from collections.abc import Awaitable, Callable

PER_CHAT = 1.0  # seconds between two messages to one chat
OVERALL = 1 / 30  # seconds between any two messages
MOST_REMEMBERED = 5_000


class Pace:
    """Hands out turns. Who must wait long is told how long instead of being kept."""

    def __init__(
        self,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._now, self._sleep = now, sleep
        self._free: dict[str, float] = {}
        self._all_free = 0.0

    def waiting_time(self, chat: str) -> float:
        """Seconds until this chat may get its next message."""
        return max(0.0, self._free.get(chat, 0.0) - self._now())

    async def turn(self, chat: str) -> None:
        """Return when a message to this chat may leave."""
        wait = self.waiting_time(chat)
        self._free[chat] = self._now() + wait + PER_CHAT
        if wait:
            await self._sleep(wait)
        now = self._now()
        start = max(now, self._all_free)
        self._all_free = start + OVERALL
        if start > now:
            await self._sleep(start - now)
        self._forget()

    def hold(self, chat: str, seconds: float) -> None:
        """Telegram told us to wait with this chat."""
        self._free[chat] = max(self._free.get(chat, 0.0), self._now() + seconds)

    def _forget(self) -> None:
        if len(self._free) > MOST_REMEMBERED:
            now = self._now()
            self._free = {chat: free for chat, free in self._free.items() if free > now}
