"""Shared fixtures: one embedded PostgreSQL for the run, one fresh database and service for each test."""

import asyncio
import io
import logging
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from bot.app import Service, build
from bot.demonstration import set_up_demonstration
from bot.jobs import working
from bot.log import Redact
from bot.screen.screen import Screen
from bot.settings import Settings
from bot.store.embedded import EmbeddedPostgres
from bot.store.migrate import migrate
from bot.store.vault import vault_from
from bot.web.phones_port import PhoneText
from tests.fakes import FakeDialogue, MovableClock
from tests.live import ROOT, Live

BEAT = 0.25  # seconds between two looks at the timers: most tests wait for them
PATIENCE = 20.0  # seconds until something that should happen counts as not happening


_TOGETHER = {"faults": "faults", "rasa": "rasa"}  # whole processes of their own: one after the other


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What shares one running Warmline, or starts whole processes, stays together in one worker and begins first."""
    for item in items:
        folder = item.path.relative_to(ROOT / "tests").parts[0]
        shares = "warmline" in getattr(item, "fixturenames", ())
        group = "warmline" if shares else _TOGETHER.get(folder)
        if "connected" in getattr(item, "fixturenames", ()):
            group = "connected"
        if group is not None:
            item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda item: item.get_closest_marker("xdist_group") is None)


async def until(what: Callable[[], Awaitable[object]], patience: float = PATIENCE) -> object:
    """Poll until `what` gives something true; fails with the last value when it never does."""
    deadline, last = time.monotonic() + patience, None
    while time.monotonic() < deadline:
        last = await what()
        if last:
            return last
        await asyncio.sleep(0.02)
    raise AssertionError(f"did not happen within {patience} s; last: {last!r}")


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(tmp_path_factory.mktemp("postgres")) as server:
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            connection.execute("CREATE DATABASE template_warmline")
        migrate(server.url_for("postgresql+psycopg", "template_warmline"))
        yield server


@pytest.fixture
def database_name(postgres: EmbeddedPostgres) -> Iterator[str]:
    name = f"test_{os.urandom(6).hex()}"
    with psycopg.connect(postgres.dsn, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template_warmline")
        yield name
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def screen() -> Screen:
    return Screen.load()


@dataclass
class Phone:
    """One simulated phone in a test: say, press, hear."""

    service: Service
    id: str
    heard: int = 0

    async def says(self, text: str) -> None:
        await self.service.phones.send_text(self.id, text)

    async def presses(self, label: str) -> None:
        for text in reversed(await self.texts()):
            for option in text.options:
                if option.label.lower() == label.lower():
                    await self.service.phones.press(self.id, text.id, option.token)
                    return
        raise AssertionError(f"no button {label!r} on this phone")

    async def texts(self) -> list[PhoneText]:
        return [t for t in await self.service.phones.texts(self.id) if t.direction == "to_phone"]

    async def hears(self, words: str = "", patience: float = PATIENCE) -> str:
        """The next text that holds these words; every text is heard once, in order."""

        async def look() -> str | None:
            for text in await self.texts():
                if text.id > self.heard and words.lower() in text.text.lower():
                    self.heard = text.id
                    return text.text
            return None

        try:
            return str(await until(look, patience))
        except AssertionError:
            unheard = [t.text for t in await self.texts() if t.id > self.heard]
            raise AssertionError(f"{self.id} did not hear {words!r}; heard instead: {unheard}") from None

    async def unheard(self) -> list[str]:
        return [t.text for t in await self.texts() if t.id > self.heard]


@dataclass
class World:
    """A running service in a test, with its phones."""

    service: Service
    dialogue: FakeDialogue
    clock: MovableClock
    dsn: str
    phones: dict[str, Phone] = field(default_factory=dict)

    def phone(self, handset_id: str) -> Phone:
        return self.phones.setdefault(handset_id, Phone(self.service, handset_id))

    @property
    def client(self) -> Phone:
        return self.phone("client-1")

    @property
    def maria(self) -> Phone:
        return self.phone("staff-maria")

    @property
    def james(self) -> Phone:
        return self.phone("staff-james")

    @property
    def robin(self) -> Phone:
        return self.phone("staff-robin")


@pytest.fixture
async def world(
    postgres: EmbeddedPostgres, database_name: str, screen: Screen, tmp_path: Path
) -> AsyncIterator[World]:
    """The whole service but Rasa, on a database of its own, with a running worker."""
    dialogue, clock = FakeDialogue(), MovableClock()
    dsn = postgres.dsn_for(database_name)
    service = build(
        Settings(data_dir=tmp_path),
        url=postgres.url_for("postgresql+psycopg", database_name),
        dsn=dsn,
        vault=vault_from(b"a key for tests only, 32 bytes.."),
        dialogue=dialogue,
        actions_secret="a secret for tests",
        clock=clock,
        screen=screen,
    )
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(service.opened())
        await set_up_demonstration(service.context.database)
        await stack.enter_async_context(working(service.queue, service.context, 10, beat=BEAT))
        yield World(service, dialogue, clock, dsn)


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Everything that is logged during a test, as the handlers would write it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(Redact())
    root = logging.getLogger()
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)


@pytest.fixture(scope="session")
def warmline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """One running Warmline for all conversations: the real path, the real model, the real Rasa."""
    live = Live(tmp_path_factory.mktemp("warmline") / "data")
    live.start()
    yield live
    live.stop()
