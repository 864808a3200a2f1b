"""The connection to Telegram's Bot API: python-telegram-bot's Bot, made to keep people's words out of logs and errors.

It knows no message and no service. Making a bot opens no connection.
"""

import json
import warnings
from collections.abc import Mapping
from typing import Any

import httpx
from telegram import Bot, Update
from telegram.error import TelegramError
from telegram.request import BaseRequest, HTTPXRequest
from telegram.warnings import PTBDeprecationWarning

from bot.channels.under_way import UnderWay

API = "https://api.telegram.org"
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class Flood(TelegramError):
    """Too many requests (429). Nothing was done; `seconds` is how long Telegram wants us to wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__("flood")
        self.seconds = seconds


class NotReached(TelegramError):
    """The request never left: no connection could be made."""

    def __init__(self) -> None:
        super().__init__("not reached")


def update_from(data: object) -> Update | None:
    """One update as Telegram sent it; one that we cannot read keeps its number alone. None: that is no update."""
    if not isinstance(data, Mapping) or not isinstance(data.get("update_id"), int):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PTBDeprecationWarning)  # it warns of changes while it reads
            return Update.de_json(dict(data), None)
    except Exception:  # whatever is wrong inside, its number must be confirmed like any other
        return Update(data["update_id"])


def _readable(result: object) -> object:
    """The result without what the library would fail on: one bad update must not hold up the others."""
    if not isinstance(result, list) or not any(isinstance(r, dict) and "update_id" in r for r in result):
        return result
    updates = [(item, update_from(item)) for item in result]
    return [
        {"update_id": update.update_id} if is_empty(update) else item for item, update in updates if update
    ]


def is_empty(update: Update) -> bool:
    """Whether nothing but the number of the update could be read."""
    return not any(getattr(update, name) for name in ALLOWED_UPDATES)


class QuietRequest(HTTPXRequest):
    """HTTP to Telegram. Says for certain what was not done, and never logs what it cannot read."""

    def __init__(self, **limits: Any) -> None:
        super().__init__(**limits)
        self._under_way = UnderWay()

    async def do_request(self, *args: Any, **named: Any) -> tuple[int, bytes]:
        try:
            with self._under_way.one():
                code, payload = await super().do_request(*args, **named)
        except TelegramError as error:
            if isinstance(error.__cause__, _NOT_SENT):
                raise NotReached from None
            raise
        if code == httpx.codes.TOO_MANY_REQUESTS:
            raise Flood(_retry_after(payload))
        return code, payload

    async def shutdown(self) -> None:
        await self._under_way.over()
        await super().shutdown()

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer as JSON. The library's own version logs what it cannot read, and that may be people's words."""
        try:
            data = json.loads(payload.decode("utf-8", "replace"))
        except ValueError:
            raise TelegramError("invalid answer") from None
        if not isinstance(data, dict):
            raise TelegramError("invalid answer")
        if "result" in data:
            data["result"] = _readable(data["result"])
        elif data.get("ok"):
            raise TelegramError("invalid answer")
        return data


def _retry_after(payload: bytes) -> float:
    try:
        return max(1.0, float(json.loads(payload)["parameters"]["retry_after"]))
    except (ValueError, KeyError, TypeError):
        return 1.0


def bot_id(token: str) -> str:
    """The number of the bot, which is the public first part of its token."""
    return token.partition(":")[0]


class Connection:
    """One bot: the Bot API's methods, and the two HTTP clients behind them (long polls have their own)."""

    def __init__(self, token: str, base_url: str = API, *, timeout: float = 10.0) -> None:
        polls = QuietRequest(connection_pool_size=1, read_timeout=timeout, connect_timeout=5.0)
        calls = QuietRequest(
            connection_pool_size=32,
            read_timeout=timeout,
            write_timeout=timeout,
            connect_timeout=5.0,
            pool_timeout=5.0,
        )
        self.id = bot_id(token)
        self.bot: Bot = Bot(
            token, base_url=f"{base_url.rstrip('/')}/bot", request=calls, get_updates_request=polls
        )
        self._requests: tuple[BaseRequest, ...] = (polls, calls)

    async def close(self) -> None:
        for request in self._requests:
            await request.shutdown()

    async def set_webhook(self, url: str, secret: str) -> None:
        """Tell Telegram to bring updates to this address, with the secret in a header. Raises TelegramError."""
        await self.bot.set_webhook(url, secret_token=secret, allowed_updates=ALLOWED_UPDATES)
