"""A Rasa server over its REST channel, stock or ours: one turn at a time, many at once, memory."""

import itertools
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

from bench.figures import Memory, Rate, Times, memory_of, sustained
from bot.processes import Command, Supervised, answers_at

TURNS_EACH = 8  # then a new conversation: a long one slows Rasa down, which is not what is measured here


class RestRasa:
    """A Rasa that listens on `port` when it runs; people say `words` to it, one after the other."""

    def __init__(self, name: str, command: Command, port: int, log: Path, words: Sequence[str]) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.server = Supervised(name, command, answers_at(self.url + "/"), log)
        self.client = httpx.AsyncClient(base_url=self.url, timeout=60, trust_env=False)
        self.turns = itertools.count()
        self.words = words

    async def start(self) -> float:
        """The seconds until it answers."""
        begun = time.monotonic()
        await self.server.start()
        await self.server.until_ready()
        return time.monotonic() - begun

    async def stop(self) -> None:
        await self.client.aclose()
        await self.server.stop()

    async def turn(self, number: int = 0) -> float:
        """One turn of talker `number`; the seconds until its answer was here."""
        count = next(self.turns)
        sender = f"{number}-{count // TURNS_EACH // 20}" if number else f"0-{count // TURNS_EACH}"
        body: dict[str, Any] = {"sender": sender, "message": self.words[count % len(self.words)]}
        begun = time.monotonic()
        reply = await self.client.post("/webhooks/rest/webhook", json=body)
        spent = time.monotonic() - begun
        reply.raise_for_status()
        return spent

    async def latency(self, turns: int) -> Times:
        for _ in range(TURNS_EACH):
            await self.turn()  # the first turns load what is loaded late
        return Times.of([await self.turn() for _ in range(turns)])

    async def throughput(self, talkers: int, seconds: float) -> Rate:
        async def turn(number: int) -> None:
            await self.turn(number + 1)

        return await sustained(turn, talkers, seconds, self.server.pid or 0)

    def memory(self) -> Memory:
        return memory_of(self.server.pid or 0)
