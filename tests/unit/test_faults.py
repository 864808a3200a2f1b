"""Rasa away, Rasa slow to start, no outside monitor, a key that is not ours, a start that is refused: without a database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr
from typer.testing import CliRunner

from bot.cli import app
from bot.dialogue.client import FAILURES_UNTIL_OPEN, OPEN_FOR, Breaker, RasaClient
from bot.rasas import FirstStart
from bot.running import watched
from bot.services.context import DialogueDown
from bot.settings import Settings
from tests.conftest import until
from tests.fakes import FakeDialogue

ASKED = {
    "conversation_id": "c",
    "message_id": 1,
    "turn_id": 1,
    "text": "hi",
    "trusted": False,
    "retry": False,
}


def test_the_breaker_opens_after_three_failures_and_lets_one_try_through_every_two_seconds() -> None:
    now = [100.0]
    breaker = Breaker(lambda: now[0])
    for _ in range(FAILURES_UNTIL_OPEN):
        assert breaker.allows()
        breaker.failed()
    assert not breaker.allows()
    now[0] += OPEN_FOR
    assert breaker.allows()
    assert not breaker.allows()  # one try, not two
    now[0] += OPEN_FOR
    assert breaker.allows()
    breaker.worked()
    assert breaker.allows()
    assert breaker.allows()


@asynccontextmanager
async def _server(handle: Any) -> AsyncIterator[str]:
    """Something on loopback that answers as it is told."""
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("fault", ["status", "words", "slow"])
async def test_a_rasa_that_is_slow_or_wrong_is_down_and_after_three_times_is_left_alone(fault: str) -> None:
    asked = 0

    async def handle(_: web.Request) -> web.StreamResponse:
        nonlocal asked
        asked += 1
        if fault == "slow":
            await asyncio.Event().wait()
        return web.Response(status=500 if fault == "status" else 200, text="no JSON")

    async with _server(handle) as url:
        client = RasaClient(url, "secret", timeout=0.05)
        for _ in range(FAILURES_UNTIL_OPEN + 3):
            with pytest.raises(DialogueDown):
                await client.ask(**ASKED)  # type: ignore[arg-type]
        await client.close()
    assert asked == FAILURES_UNTIL_OPEN


@dataclass
class Starting:
    """A Rasa that is not ready until it is told to be."""

    ends: int = 0
    is_ready: bool = False
    ready: asyncio.Event = field(default_factory=asyncio.Event)

    async def until_ready(self) -> None:
        await self.ready.wait()


async def test_the_first_start_of_rasa_is_waited_for_and_a_later_one_is_not() -> None:
    rasa, dialogue = Starting(), FakeDialogue()
    first = FirstStart(dialogue)
    first.wait_for(rasa)  # type: ignore[arg-type]
    asking = asyncio.create_task(first.ask(text="hello"))
    await asyncio.sleep(0)
    assert dialogue.asked == []
    rasa.ready.set()
    assert (await asking)[0].text == "answer to: hello"
    again = FirstStart(dialogue)
    again.wait_for(Starting(ends=1))  # type: ignore[arg-type]
    assert (await again.ask(text="later"))[0].text == "answer to: later"


async def test_a_first_start_that_takes_too_long_is_not_waited_for_for_ever() -> None:
    class Hurried(FirstStart):
        LONGEST = 0.01

    first = Hurried(FakeDialogue())
    first.wait_for(Starting())  # type: ignore[arg-type]
    assert (await first.ask(text="hello"))[0].text == "answer to: hello"


@dataclass
class Database:
    """Answers, or is away; counts how often it was asked."""

    away: bool = False
    asked: int = 0

    @asynccontextmanager
    async def single(self) -> AsyncIterator[Any]:
        self.asked += 1
        if self.away:
            raise OSError("away")
        yield SimpleNamespace(run=self._run)

    async def _run(self, _: Any) -> None: ...


async def test_the_outside_monitor_is_called_while_the_database_answers_and_never_while_it_is_away() -> None:
    called, database = [], Database()

    async def handle(request: web.Request) -> web.Response:
        called.append(request.path)
        return web.Response(status=500)  # what it answers does not matter

    async with _server(handle) as url:
        settings = Settings(monitor_url=SecretStr(f"{url}/ping/abc")).model_copy(
            update={"monitor_seconds": 0.001}
        )
        task = asyncio.create_task(watched(settings, SimpleNamespace(database=database)))  # type: ignore[arg-type]

        async def twice() -> bool:
            return len(called) >= 2

        await until(twice)
        database.away = True
        before = database.asked

        async def asked_more() -> bool:
            return database.asked > before + 3

        await until(asked_more)
        heard = len(called)
        before = database.asked
        await until(asked_more)
        assert len(called) == heard
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert set(called) == {"/ping/abc"}


def _start(tmp_path: Path, **env: str) -> str:
    given = {"WARMLINE_DATA_DIR": str(tmp_path), "WARMLINE_PORT": "0", **env}
    done = CliRunner().invoke(app, ["up"], env=given)
    assert done.exit_code == 1
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.stderr


def test_a_start_with_wrong_settings_names_each_of_them_and_starts_nothing(tmp_path: Path) -> None:
    said = _start(
        tmp_path, WARMLINE_PORT="many", WARMLINE_KEEP_CHAT_DAYS="0", WARMLINE_TWILIO_ACCOUNT_SID="x"
    )
    for name in ("WARMLINE_PORT", "WARMLINE_KEEP_CHAT_DAYS", "WARMLINE_TWILIO_ACCOUNT_SID"):
        assert name in said
    assert not (tmp_path / "postgres").exists()


def test_a_start_without_a_model_says_what_to_do(tmp_path: Path) -> None:
    assert "warmline train" in _start(tmp_path, WARMLINE_MODEL_FILE=str(tmp_path / "no-model.tar.gz"))
