"""Workers are replaced one after the other while people write: every message is answered once, in order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.app import Service, build
from bot.jobs import working
from bot.screen.screen import Screen
from bot.services.context import BotReply
from bot.settings import Settings
from bot.store.embedded import EmbeddedPostgres
from bot.store.vault import vault_from
from tests.conftest import BEAT, Phone, until


@dataclass
class HeldRasa:
    """Answers when it is let."""

    asked: list[str] = field(default_factory=list)
    go: asyncio.Event = field(default_factory=asyncio.Event)

    async def ask(self, *, text: str, **_asked: Any) -> list[BotReply]:
        self.asked.append(text)
        await self.go.wait()
        return [BotReply(f"answer to: {text}")]


@dataclass
class Installation:
    """Processes of the service on one database; here each is a service of its own."""

    postgres: EmbeddedPostgres
    database: str
    screen: Screen
    folder: Path
    rasa: HeldRasa

    @asynccontextmanager
    async def process(self, *, works: bool) -> AsyncIterator[Service]:
        service = build(
            Settings(data_dir=self.folder),
            url=self.postgres.url_for("postgresql+psycopg", self.database),
            dsn=self.postgres.dsn_for(self.database),
            vault=vault_from(b"a key for tests only, 32 bytes.."),
            dialogue=self.rasa,
            actions_secret="a secret for tests",
            screen=self.screen,
        )
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(service.opened())
            if works:
                await stack.enter_async_context(working(service.queue, service.context, 10, beat=BEAT))
            yield service


async def test_a_worker_that_is_told_to_end_finishes_its_turn_and_the_next_one_goes_on(
    postgres: EmbeddedPostgres, database_name: str, screen: Screen, tmp_path: Path
) -> None:
    """The order to restart comes in the middle of a turn, with another message of the client waiting behind it."""
    rasa = HeldRasa()
    installation = Installation(postgres, database_name, screen, tmp_path, rasa)
    async with installation.process(works=False) as web, AsyncExitStack() as old, AsyncExitStack() as new:
        await old.enter_async_context(installation.process(works=True))
        phone = Phone(web, (await web.phones.add_client("sms")).id)
        await phone.says("one")
        await until(lambda: _has(rasa.asked, 1))
        await phone.says("two")
        ending = asyncio.create_task(old.aclose())
        await phone.says("three")
        await new.enter_async_context(installation.process(works=True))
        rasa.go.set()
        await ending
        for words in ("one", "two", "three"):
            await phone.hears(f"answer to: {words}")
        answers = [text.text for text in await phone.texts() if text.text.startswith("answer")]
        assert answers == ["answer to: one", "answer to: two", "answer to: three"]
        assert rasa.asked == ["one", "two", "three"]


async def _has(asked: list[str], count: int) -> bool:
    return len(asked) >= count
