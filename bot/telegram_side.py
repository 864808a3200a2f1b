"""The Telegram bots, put together: each its channel, its intake, and its poller or webhook. Imported only with a token.

Clients and counselors have a bot each, so no client reaches a staff command whatever they send.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from fastapi import APIRouter

from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_bot import Connection
from bot.channels.telegram_hook import keep_webhook, secret_for
from bot.channels.telegram_intake import TelegramIntake
from bot.channels.telegram_poller import TelegramPoller
from bot.services.context import Context
from bot.services.receive import receive_from_client, receive_from_staff
from bot.services.strangers import open_link
from bot.serving import background
from bot.settings import Settings
from bot.web.telegram import telegram_router

CLIENTS, STAFF = "telegram", "staff-telegram"  # names of channels
PATHS = {CLIENTS: "/telegram/clients", STAFF: "/telegram/staff"}


@dataclass(frozen=True)
class TelegramSide:
    """One bot: its connection, and the channel that sends over it."""

    name: str
    connection: Connection
    channel: TelegramChannel

    @asynccontextmanager
    async def polled(self, context: Context, dsn: str) -> AsyncIterator[None]:
        """Fetch updates and store them as messages of clients, or of staff, until the block ends."""
        intake = self._intake(context)
        poller = TelegramPoller(self.connection, intake.take, dsn, name=self.name)
        try:
            async with background(poller.run()):
                yield
        finally:
            await intake.close()

    @asynccontextmanager
    async def brought(self, context: Context, settings: Settings) -> AsyncIterator[APIRouter]:
        """The address to which Telegram brings updates while the block runs. Polling takes it away again."""
        assert settings.public_url is not None
        intake, path = self._intake(context), PATHS[self.name]
        secret = secret_for(self.connection.bot.token)
        url = settings.public_url.rstrip("/") + path
        try:
            async with background(keep_webhook(self.connection, url, secret, name=self.name)):
                yield telegram_router(path, [secret], intake.take)
        finally:
            await intake.close()

    def _intake(self, context: Context) -> TelegramIntake:
        if self.name == STAFF:
            receive, enrol = partial(receive_from_staff, context), partial(open_link, context)
            return TelegramIntake(self.connection, self.name, "staff", receive, enrol)
        return TelegramIntake(self.connection, self.name, "client", partial(receive_from_client, context))


def telegram_sides(settings: Settings) -> list[TelegramSide]:
    """The bots of this installation: none, one or two."""
    sides = []
    tokens = ((CLIENTS, settings.telegram_token), (STAFF, settings.telegram_staff_token))
    for name, token in tokens:
        if token is not None:
            connection = Connection(token.get_secret_value(), settings.telegram_api_base_url)
            relay = name == CLIENTS or settings.staff_phones
            sides.append(TelegramSide(name, connection, TelegramChannel(name, connection, relay=relay)))
    return sides
