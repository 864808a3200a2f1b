"""Webhook mode as the service runs it: Telegram is told where to bring updates, and what it brings is answered."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from pydantic import ValidationError
from sqlalchemy import func, select, text

from bot.receiving import receiving, telegram_bots
from bot.settings import Settings
from bot.store.tables import message
from bot.telegram_side import PATHS, TelegramSide
from bot.web.telegram import HEADER
from tests.conftest import World, until
from tests.doubles.telegram_double import TOKEN, TelegramDouble, telegram_double
from tests.protocol.telegram_fixtures import DANA, raw

STAFF_TOKEN = "5550101:test-token-of-the-staff-bot"
PUBLIC = "https://clinic.example"


class Brought:
    """The service, two doubles of Telegram, and a way to post as Telegram does."""

    def __init__(self, world: World, clients: TelegramDouble, staff: TelegramDouble) -> None:
        self.world, self.clients, self.staff = world, clients, staff
        self.said: list[str] = []
        self.settings = Settings(
            _env_file=None,
            telegram_token=TOKEN,
            telegram_staff_token=STAFF_TOKEN,
            telegram_updates="webhook",
            public_url=PUBLIC,
            webhook_port=0,
            telegram_api_base_url=clients.url,
        )

    async def posts(self, path: str, update: dict[str, Any], secret: str) -> int:
        async with httpx.AsyncClient(trust_env=False) as http:
            host = next(line for line in self.said if line.startswith("Webhooks on ")).split()[-1].rstrip(".")
            headers = {HEADER: secret}
            return (await http.post(f"http://{host}{path}", json=update, headers=headers)).status_code

    def secret_of(self, double: TelegramDouble) -> str:
        return str(double.called("setWebhook")[-1]["secret_token"])

    async def stored(self) -> int:
        async with self.world.service.context.database.single() as tx:
            row = await tx.one(select(func.count()).where(message.c.direction == "incoming"))
        return 0 if row is None else int(row[0])


def _bots(settings: Settings, staff_url: str) -> list[TelegramSide]:
    """The bots of the settings; each bot's double is a server of its own, so the second is made apart."""
    clients = telegram_bots(settings.model_copy(update={"telegram_staff_token": None}))
    apart = {"telegram_token": None, "telegram_api_base_url": staff_url}
    return [*clients, *telegram_bots(settings.model_copy(update=apart))]


@pytest.fixture
async def brought(world: World) -> AsyncIterator[Brought]:
    async with telegram_double() as clients, telegram_double() as staff, AsyncExitStack() as stack:
        staff.token = STAFF_TOKEN
        side = Brought(world, clients, staff)
        bots = _bots(side.settings, staff.url)
        context = world.service.context
        context.channels = {**context.channels, **{bot.name: bot.channel for bot in bots}}
        await stack.enter_async_context(
            receiving(side.settings, context, world.dsn, None, bots, side.said.append, web=True, jobs=True)
        )

        async def both_are_set() -> bool:
            return bool(clients.webhook and staff.webhook)

        await until(both_are_set)
        yield side


async def test_what_telegram_brings_with_the_secret_is_stored_once_and_answered_and_nothing_else_is(
    brought: Brought,
) -> None:
    assert brought.clients.webhook == PUBLIC + PATHS["telegram"]
    secret = brought.secret_of(brought.clients)
    for wrong in ("", "x", secret[:-1], brought.secret_of(brought.staff)):
        assert await brought.posts("/telegram/clients", raw("text"), wrong) == 403
    assert await brought.stored() == 0
    for _ in range(3):
        assert await brought.posts("/telegram/clients", raw("text"), secret) == 200
    assert await brought.stored() == 1

    async def answered() -> bool:
        return any(
            "answer to: How do I find" in words for chat, words in brought.clients.texts if chat == DANA
        )

    await until(answered)
    assert not brought.clients.called("getUpdates"), "nobody polls beside a webhook"
    assert TOKEN not in secret


async def test_the_staff_bot_has_an_address_and_a_secret_of_its_own(brought: Brought) -> None:
    assert brought.staff.webhook == PUBLIC + PATHS["staff-telegram"]
    secret = brought.secret_of(brought.staff)
    assert await brought.posts("/telegram/staff", raw("text"), brought.secret_of(brought.clients)) == 403
    assert await brought.posts("/telegram/staff", raw("text"), secret) == 200

    async def told() -> bool:
        return any("for our staff" in words for _, words in brought.staff.texts)

    await until(told)
    assert await brought.stored() == 0  # a stranger to the staff bot leaves nothing behind


async def test_while_the_database_is_away_telegram_is_told_503_and_brings_it_again(brought: Brought) -> None:
    secret = brought.secret_of(brought.clients)
    async with brought.world.service.context.database.transaction() as tx:
        await tx.run(text("ALTER TABLE conversation RENAME TO conversation_away"))
    try:
        assert await brought.posts("/telegram/clients", raw("text"), secret) == 503
    finally:
        async with brought.world.service.context.database.transaction() as tx:
            await tx.run(text("ALTER TABLE conversation_away RENAME TO conversation"))
    assert await brought.posts("/telegram/clients", raw("text"), secret) == 200
    assert await brought.stored() == 1


async def test_back_to_polling_takes_the_webhook_away(world: World) -> None:
    async with telegram_double() as double:
        double.webhook = PUBLIC + PATHS["telegram"]
        settings = Settings(_env_file=None, telegram_token=TOKEN, telegram_api_base_url=double.url)
        bots = telegram_bots(settings)
        context = world.service.context
        async with receiving(settings, context, world.dsn, None, bots, [].append, web=True, jobs=True):

            async def polls() -> bool:
                return double.polls > 0

            await until(polls)
        assert double.webhook == ""


def test_a_webhook_needs_an_address_that_telegram_reaches() -> None:
    with pytest.raises(ValidationError, match="PUBLIC_URL"):
        Settings(_env_file=None, telegram_token=TOKEN, telegram_updates="webhook")
