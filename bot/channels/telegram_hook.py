"""Keeps a bot's webhook set: Telegram then brings updates to us, with a secret that only it and we know."""

import asyncio
import hashlib
import hmac

import structlog
from telegram.error import TelegramError

from bot.channels.telegram_bot import Connection, Flood

log = structlog.get_logger("telegram")

LOOK_EVERY = 300.0  # seconds between two looks whether the webhook is still ours
RETRY, LONGEST_RETRY = 1.0, 60.0  # seconds


def secret_for(token: str) -> str:
    """The secret in the header of each update. It follows from the token, so all processes know the same one.

    A new token makes a new secret. It is 64 hexadecimal digits; Telegram takes up to 256 letters and digits.
    """
    return hmac.new(token.encode(), b"warmline telegram webhook", hashlib.sha256).hexdigest()


async def keep_webhook(
    connection: Connection, url: str, secret: str, *, name: str, look_every: float = LOOK_EVERY
) -> None:
    """Set the webhook, and again when something took it away. Goes on until it is cancelled."""
    failures, is_set = 0, False  # at the start it is always set: its secret cannot be read
    while True:
        try:
            if not is_set or not await _is_ours(connection, url):
                await connection.set_webhook(url, secret)
                log.info("telegram.webhook_set", channel=name)
            failures, is_set = 0, True
            await asyncio.sleep(look_every)
        except TelegramError as error:
            failures += 1
            log.warning(
                "telegram.webhook_not_set", channel=name, error=type(error).__name__, failures=failures
            )
            pause = error.seconds if isinstance(error, Flood) else RETRY * 2 ** min(failures - 1, 6)
            await asyncio.sleep(min(pause, LONGEST_RETRY))


async def _is_ours(connection: Connection, url: str) -> bool:
    return (await connection.bot.get_webhook_info()).url == url
