"""A bell that many pages can listen to: who rings it names what changed. Keeps names only, until heard."""

import asyncio
from collections.abc import AsyncIterator


class Bell:
    """Each listener hears each name rung since it last asked, once; a burst of one name is heard as one."""

    def __init__(self) -> None:
        self._closed = False
        self._waiting: dict[asyncio.Event, dict[str, None]] = {}

    @property
    def listeners(self) -> int:
        return len(self._waiting)

    def ring(self, name: str) -> None:
        for event, names in self._waiting.items():
            names[name] = None
            event.set()

    def close(self) -> None:
        """End every listener, so that open pages do not hold up a stop."""
        self._closed = True
        for event in self._waiting:
            event.set()

    async def listen(self) -> AsyncIterator[str]:
        """The names rung from now on; ends when the bell is closed."""
        event: asyncio.Event = asyncio.Event()
        names = self._waiting.setdefault(event, {})
        try:
            while not self._closed:
                await event.wait()
                event.clear()
                heard = list(names)
                names.clear()
                for name in heard:
                    yield name
        finally:
            del self._waiting[event]
