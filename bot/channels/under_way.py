"""Calls that have begun and not ended: a pool of connections must not close while one of them is being made."""

import asyncio
import contextlib
from collections.abc import Iterator

LAST_CALLS = 2.0  # seconds that a closing client gives the calls under way


class UnderWay:
    """Counts calls. httpx leaves a connection open when its pool closes while the connection is being made."""

    def __init__(self) -> None:
        self._calls = 0
        self._none = asyncio.Event()
        self._none.set()

    @contextlib.contextmanager
    def one(self) -> Iterator[None]:
        """Around one call."""
        self._calls += 1
        self._none.clear()
        try:
            yield
        finally:
            self._calls -= 1
            if not self._calls:
                self._none.set()

    async def over(self, patience: float = LAST_CALLS) -> None:
        """Return when every call has ended, or after so many seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._none.wait()
