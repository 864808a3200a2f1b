"""Long polling against a double and a real PostgreSQL: stored before confirmed, one poller, nothing lost, nothing twice."""

import asyncio
import io
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field

import psycopg
import pytest
import structlog

from bot.channels.base import Incoming
from bot.channels.telegram_bot import ALLOWED_UPDATES, Connection
from bot.channels.telegram_intake import TelegramIntake
from bot.channels.telegram_poller import Patience, TelegramPoller
from bot.channels.telegram_updates import GROUP_HINT, Side
from bot.ending import ended
from bot.store.embedded import EmbeddedPostgres
from tests.conftest import until
from tests.doubles.telegram_double import CUT, TOKEN, TelegramDouble, telegram_double
from tests.protocol.telegram_fixtures import DANA, raw

QUICK = Patience(long_poll=5, lock=0.05, heartbeat=0.1, frozen=2, retry=0.02, longest_retry=0.05)


class DatabaseGone(Exception):
    """What storing raises in these tests."""


@dataclass
class Inbox:
    """Keeps what is brought; the first `failing` times it fails, like a database that is away."""

    failing: int = 0
    texts: list[str] = field(default_factory=list)
    brought: list[Incoming] = field(default_factory=list)
    enrolled: list[tuple[str, str, str]] = field(default_factory=list)

    async def receive(self, incoming: Incoming) -> None:
        self.brought.append(incoming)
        if self.failing:
            self.failing -= 1
            raise DatabaseGone("with somebody's words in it")
        self.texts.append(incoming.text)

    async def enrol(self, channel: str, address: str, token: str) -> None:
        self.enrolled.append((channel, address, token))


@pytest.fixture
async def double() -> AsyncIterator[TelegramDouble]:
    async with telegram_double() as running:
        yield running


@pytest.fixture
def dsn(postgres: EmbeddedPostgres, database_name: str) -> str:
    return postgres.dsn_for(database_name)


@asynccontextmanager
async def _polling(
    double: TelegramDouble, dsn: str, inbox: Inbox, side: Side = "client"
) -> AsyncIterator["asyncio.Task[None]"]:
    connection = Connection(TOKEN, double.url, timeout=2.0)
    intake = TelegramIntake(connection, "telegram", side, inbox.receive, inbox.enrol)
    poller = TelegramPoller(connection, intake.take, dsn, name="telegram", patience=QUICK)
    task = asyncio.create_task(poller.run())
    try:
        yield task
    finally:
        await ended(task)
        await intake.close()
        await connection.close()


async def _confirmed(double: TelegramDouble) -> None:
    async def nothing_waits() -> bool:
        return not double.updates

    await until(nothing_waits)


@contextmanager
def _structlog_to_logging() -> Iterator[None]:
    before = structlog.get_config()
    structlog.configure(
        processors=[structlog.processors.JSONRenderer()], logger_factory=structlog.stdlib.LoggerFactory()
    )
    yield
    structlog.configure(**before)


async def test_updates_are_fetched_in_order_and_confirmed(double: TelegramDouble, dsn: str) -> None:
    inbox = Inbox()
    await double.brings(*(raw("text", text=f"text {n}", update_id=700 + n) for n in range(5)))
    async with _polling(double, dsn, inbox):
        await _confirmed(double)
        await double.brings(raw("text", text="text 5", update_id=9_000_001))
        await _confirmed(double)
    assert inbox.texts == [f"text {n}" for n in range(6)]
    assert double.calls[0].method == "deleteWebhook"
    first = double.called("getUpdates")[0]
    assert (first["timeout"], first["allowed_updates"]) == (5, list(ALLOWED_UPDATES))
    assert "offset" not in first


async def test_an_update_is_confirmed_only_after_it_was_stored(double: TelegramDouble, dsn: str) -> None:
    inbox = Inbox(failing=3)
    await double.brings(raw("text", update_id=700))
    async with _polling(double, dsn, inbox):
        await _confirmed(double)
    assert [one.external_id for one in inbox.brought] == ["5550100:700:41"] * 4


async def test_an_update_that_never_can_be_stored_does_not_hold_up_the_others(
    double: TelegramDouble, dsn: str, logged: io.StringIO
) -> None:
    inbox = Inbox(failing=5)
    await double.brings(raw("text", update_id=700), raw("text", text="the next one", update_id=701))
    with _structlog_to_logging():
        async with _polling(double, dsn, inbox):
            await _confirmed(double)
    assert inbox.texts == ["the next one"]
    assert "telegram.update_given_up" in logged.getvalue()
    assert "somebody's words" not in logged.getvalue()


async def test_a_broken_update_does_not_hold_up_the_others(double: TelegramDouble, dsn: str) -> None:
    inbox = Inbox()
    await double.brings(raw("broken", update_id=700), raw("text", text="the next one", update_id=701))
    async with _polling(double, dsn, inbox):
        await _confirmed(double)
    assert inbox.texts == ["the next one"]


async def test_a_press_is_stored_and_its_progress_bar_stopped(double: TelegramDouble, dsn: str) -> None:
    inbox = Inbox()
    await double.brings(raw("press"))
    async with _polling(double, dsn, inbox):
        await _confirmed(double)
    assert [(one.text, one.press) for one in inbox.brought] == [("no thanks", "812:1")]
    assert double.called("answerCallbackQuery") == [{"callback_query_id": 5550142000001}]


async def test_a_group_gets_one_hint_and_is_left(double: TelegramDouble, dsn: str) -> None:
    inbox = Inbox()
    await double.brings(raw("added_to_a_group"), raw("group_text"), raw("group_edit"))
    async with _polling(double, dsn, inbox):
        await _confirmed(double)
    assert double.texts == [(-1005550190, GROUP_HINT)]
    assert double.called("leaveChat") == [{"chat_id": -1005550190}]
    assert inbox.brought == []


async def test_an_enrolment_link_is_handed_on_and_not_stored(double: TelegramDouble, dsn: str) -> None:
    inbox, token = Inbox(), "b" * 42 + "7"
    await double.brings(raw("text", text=f"/start {token}"))
    async with _polling(double, dsn, inbox, side="staff"):
        await _confirmed(double)
    assert (inbox.brought, inbox.enrolled) == ([], [("telegram", str(DANA), token)])


@pytest.mark.parametrize("code", [409, 429, 401, 500, 502, 503, CUT])
async def test_after_a_failure_polling_goes_on(double: TelegramDouble, dsn: str, code: int) -> None:
    inbox = Inbox()
    double.fails("getUpdates", code, times=2, retry_after=1 if code == 429 else None)
    await double.brings(raw("text"))
    async with _polling(double, dsn, inbox):
        await _confirmed(double)
    assert len(inbox.texts) == 1


async def test_a_webhook_that_is_set_is_taken_down_and_waiting_updates_are_kept(
    double: TelegramDouble, dsn: str
) -> None:
    inbox = Inbox()
    double.webhook = "https://old.example.org/telegram"
    await double.brings(raw("text"))
    async with _polling(double, dsn, inbox):
        await _confirmed(double)
    assert double.webhook == ""
    assert len(inbox.texts) == 1


async def test_a_409_says_what_to_do(double: TelegramDouble, dsn: str, logged: io.StringIO) -> None:
    double.fails("getUpdates", 409)
    await double.brings(raw("text"))
    with _structlog_to_logging():
        async with _polling(double, dsn, Inbox()):
            await _confirmed(double)
    assert "another program polls with this token" in logged.getvalue()
    assert TOKEN not in logged.getvalue()


async def test_of_two_processes_one_polls_and_the_other_takes_over(double: TelegramDouble, dsn: str) -> None:
    first, second = Inbox(), Inbox()
    async with AsyncExitStack() as stack:
        task = await stack.enter_async_context(_polling(double, dsn, first))
        await double.brings(raw("text", text="one", update_id=1))
        await _confirmed(double)
        await stack.enter_async_context(_polling(double, dsn, second))
        await double.brings(raw("text", text="two", update_id=2))
        await _confirmed(double)
        assert (first.texts, second.texts) == (["one", "two"], [])
        await ended(task)
        await double.brings(raw("text", text="three", update_id=3))
        await _confirmed(double)
    assert (first.texts, second.texts) == (["one", "two"], ["three"])


async def test_a_poller_that_lost_its_database_connection_stops_and_comes_back(
    double: TelegramDouble, dsn: str
) -> None:
    inbox = Inbox()
    async with _polling(double, dsn, inbox):
        await double.brings(raw("text", text="before", update_id=1))
        await _confirmed(double)
        polls = double.polls
        async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as other:
            await other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks"
                " WHERE locktype = 'advisory' AND granted AND pid <> pg_backend_pid()"
            )

        async def polls_again() -> bool:
            return double.polls > polls

        await until(polls_again)
        await double.brings(raw("text", text="after", update_id=2))
        await _confirmed(double)
    assert inbox.texts == ["before", "after"]


async def test_a_frozen_process_loses_the_lock_within_seconds(double: TelegramDouble, dsn: str) -> None:
    """A process that hangs keeps its connection open; the server ends a connection that is silent for too long."""
    frozen = TelegramPoller(Connection(TOKEN, double.url), _nothing, dsn, name="telegram", patience=QUICK)
    inbox = Inbox()
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as held:
        await frozen.wait_for_lock(held)
        await double.brings(raw("text"))
        async with _polling(double, dsn, inbox):
            await _confirmed(double)
    assert len(inbox.texts) == 1


async def _nothing(_update: object) -> None:
    raise AssertionError("a frozen process takes nothing")
