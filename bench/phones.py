"""Simulated phones over HTTP, as the page uses them: write, and hear of news without asking over and over."""

import asyncio
import json
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Self

import httpx

PATIENCE = 30.0  # seconds until an answer counts as missing


class NoAnswerError(Exception):
    """A text that should have been answered was not."""


@dataclass(frozen=True)
class Text:
    """One text on a phone. `at` is the server's clock: when the simulated provider took it, in seconds."""

    id: int
    to_phone: bool
    text: str
    options: tuple[tuple[int, str], ...]
    at: float

    @classmethod
    def read(cls, found: dict[str, Any]) -> "Text":
        options = tuple((option["number"], option["label"]) for option in found["options"])
        at = datetime.fromisoformat(found["at"]).timestamp()
        return cls(found["id"], found["direction"] == "to_phone", found["text"], options, at)


class Phones:
    """All phones of one running service."""

    def __init__(self, url: str) -> None:
        limits = httpx.Limits(max_connections=100, max_keepalive_connections=100)
        self.client = httpx.AsyncClient(base_url=url, timeout=PATIENCE, limits=limits, trust_env=False)
        self._news: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._open = asyncio.Event()
        self._listening: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._listening = asyncio.create_task(self._listen())
        await asyncio.wait_for(self._open.wait(), PATIENCE)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._listening:
            self._listening.cancel()
            with suppress(asyncio.CancelledError):
                await self._listening
        await self.client.aclose()

    async def add(self) -> str:
        reply = await self.client.post("/phones/api/handsets", json={"kind": "sms"})
        return str(reply.raise_for_status().json()["id"])

    async def say(self, phone: str, text: str) -> None:
        reply = await self.client.post(f"/phones/api/handsets/{phone}/texts", json={"text": text})
        reply.raise_for_status()

    async def texts(self, phone: str, after: int = 0) -> list[Text]:
        reply = await self.client.get(f"/phones/api/handsets/{phone}/texts", params={"after": after})
        return [Text.read(found) for found in reply.raise_for_status().json()]

    async def last_id(self, phone: str) -> int:
        return max((text.id for text in await self.texts(phone)), default=0)

    async def heard(self, phone: str, after: int, words: str = "") -> Text:
        """The first text to this phone after `after` with these words in it. Raises NoAnswerError."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while asyncio.get_running_loop().time() < deadline:
            self._news[phone].clear()
            for text in await self.texts(phone, after):
                if text.to_phone and words.lower() in text.text.lower():
                    return text
            await self._any_news(phone, 2)
        raise NoAnswerError(f"{phone} heard nothing with {words!r} within {PATIENCE:.0f} s")

    async def next_news(self, phone: str, seconds: float = 2) -> None:
        """Returns when something new happened on this phone, or after so many seconds.

        Called right after `say`, whose own news has come by then, it makes looking for the answer too early,
        which would slow down what is measured, rare.
        """
        self._news[phone].clear()
        await self._any_news(phone, seconds)

    async def _any_news(self, phone: str, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news[phone].wait(), seconds)

    async def quiet(self, phone: str, seconds: float) -> None:
        """Returns when nothing more came to this phone for so long."""
        with suppress(TimeoutError):
            while True:
                self._news[phone].clear()
                await asyncio.wait_for(self._news[phone].wait(), seconds)

    async def _listen(self) -> None:
        async with self.client.stream("GET", "/phones/events", timeout=None) as stream:
            stream.raise_for_status()
            self._open.set()
            async for line in stream.aiter_lines():
                if line.startswith("data:"):
                    self._news[json.loads(line[5:])["handset"]].set()
