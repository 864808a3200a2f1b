"""Several Rasas with one memory: who is asked when one is away, and who is not when it is only slow."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot.dialogue.client import RasaClient, SeveralRasas
from bot.processes import free_port
from bot.services.context import DialogueAway, DialogueDown

SAYS = {"replies": [{"text": "I'm here"}]}
ASKED: dict[str, Any] = {
    "conversation_id": "c",
    "message_id": 1,
    "turn_id": 1,
    "text": "hello",
    "trusted": False,
}


class Rasa:
    """A Rasa that answers `status`, never (None), or hangs up in the middle ("ends"). `asked` keeps what came."""

    def __init__(self, status: int | str | None) -> None:
        self.status, self.asked = status, list[dict[str, Any]]()
        self.waiting = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length: ")[1].split("\r\n")[0])
        self.asked.append(json.loads(await reader.readexactly(length)))
        if self.status is None:
            await self.waiting.wait()
        elif isinstance(self.status, int):
            body = json.dumps(SAYS).encode()
            lines = f"HTTP/1.1 {self.status} -\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(lines.encode() + body)
            await writer.drain()
        writer.close()


Started = Callable[[int | str | None], Awaitable[tuple[Rasa, RasaClient]]]


@pytest.fixture
async def started() -> AsyncIterator[Started]:
    @asynccontextmanager
    async def one(status: int | str | None) -> AsyncIterator[tuple[Rasa, RasaClient]]:
        rasa = Rasa(status)
        server = await asyncio.start_server(rasa.serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        client = RasaClient(f"http://127.0.0.1:{port}", "a secret of the tests", 0.3)
        try:
            yield rasa, client
        finally:
            rasa.waiting.set()
            await client.close()
            server.close()

    opened = []

    async def start(status: int | str | None) -> tuple[Rasa, RasaClient]:
        opened.append(one(status))
        return await opened[-1].__aenter__()

    yield start
    for context in opened:
        await context.__aexit__(None, None, None)


async def test_while_ours_is_away_the_next_one_is_asked_and_looks_into_the_memory_first(
    started: Started,
) -> None:
    """The turn may have begun where it was asked first: it is asked as a retry."""
    away = RasaClient(f"http://127.0.0.1:{free_port()}", "a secret of the tests", 0.3)
    second, there = await started(200)
    replies = await SeveralRasas([away, there]).ask(**ASKED, retry=False)
    await away.close()
    assert [reply.text for reply in replies] == ["I'm here"]
    assert [asked["retry"] for asked in second.asked] == [True]


async def test_a_rasa_that_ends_in_the_middle_of_a_turn_is_away(started: Started) -> None:
    first, ends = await started("ends")
    _, there = await started(200)
    assert await SeveralRasas([ends, there]).ask(**ASKED, retry=False)
    assert first.asked


@pytest.mark.parametrize("status", [None, 500])
async def test_one_that_is_slow_or_fails_is_not_away(started: Started, status: int | None) -> None:
    """Slow is not failed, and a turn never runs in two places: the client is told the truth instead."""
    _, troubled = await started(status)
    other, there = await started(200)
    with pytest.raises(DialogueDown) as down:
        await SeveralRasas([troubled, there]).ask(**ASKED, retry=False)
    assert not isinstance(down.value, DialogueAway)
    assert other.asked == []


async def test_with_nobody_there_it_says_so(started: Started) -> None:
    away = [RasaClient(f"http://127.0.0.1:{free_port()}", "a secret of the tests", 0.3) for _ in range(2)]
    with pytest.raises(DialogueAway):
        await SeveralRasas(away).ask(**ASKED, retry=False)
    for client in away:
        await client.close()


async def test_ours_is_asked_first_when_it_is_there(started: Started) -> None:
    first, ours = await started(200)
    other, theirs = await started(200)
    await SeveralRasas([ours, theirs]).ask(**ASKED, retry=False)
    assert (len(first.asked), len(other.asked)) == (1, 0)
    assert first.asked[0]["retry"] is False
