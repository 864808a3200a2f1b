"""Telegram's Bot API over HTTP, by hand, for tests: long polls, confirmation, 409, 429, 403, a cut connection.

It refuses what Telegram refuses: unknown parameters, empty and too long texts, button data beyond 64 bytes.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

TOKEN = "5550100:test-token-of-nobody"
CUT = -1  # a fault: take the request and hang up without a word
LOST = -2  # a fault: do what is asked, then hang up

_PARAMETERS = {
    "getMe": set(),
    "getWebhookInfo": set(),
    "getUpdates": {"offset", "limit", "timeout", "allowed_updates"},
    "deleteWebhook": {"drop_pending_updates"},
    "setWebhook": {"url", "secret_token", "allowed_updates"},
    "sendMessage": {"chat_id", "text", "reply_markup", "protect_content", "link_preview_options"},
    "sendChatAction": {"chat_id", "action"},
    "answerCallbackQuery": {"callback_query_id"},
    "leaveChat": {"chat_id"},
    "deleteMessage": {"chat_id", "message_id"},
}


@dataclass(frozen=True)
class Call:
    """One request as it arrived."""

    method: str
    params: dict[str, Any]


@dataclass
class Refused(Exception):
    """An answer that is not ok."""

    code: int
    description: str
    retry_after: int | None = None


@dataclass
class TelegramDouble:
    """What Telegram knows: waiting updates, messages sent, who blocked the bot, the webhook, faults to come.

    `raw`: the next answer of a method, as bytes. `silent`: methods that never answer. `after`: a method does so many
    calls well and then fails with a code.
    """

    token: str = TOKEN
    url: str = ""
    updates: list[dict[str, Any]] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    blocked: set[int] = field(default_factory=set)
    webhook: str = ""
    faults: dict[str, list[Refused]] = field(default_factory=dict)
    raw: dict[str, bytes] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    after: dict[str, tuple[int, int]] = field(default_factory=dict)
    polls: int = 0
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    _open: set[asyncio.Task[Any]] = field(default_factory=set)

    async def brings(self, *updates: dict[str, Any]) -> None:
        """People did these things; they wait until they are fetched and confirmed."""
        async with self._changed:
            self.updates.extend(updates)
            self._changed.notify_all()

    def fails(self, method: str, code: int, *, times: int = 1, retry_after: int | None = None) -> None:
        """The next calls of this method are refused like this (or CUT, or LOST)."""
        fault = Refused(code, "Forced by the test", retry_after)
        self.faults.setdefault(method, []).extend([fault] * times)

    def called(self, method: str) -> list[dict[str, Any]]:
        return [call.params for call in self.calls if call.method == method]

    @property
    def texts(self) -> list[tuple[int, str]]:
        """What arrived in which chat."""
        return [(call["chat_id"], call["text"]) for call in self.called("sendMessage")]

    async def answer(self, method: str, params: dict[str, Any]) -> Any:
        if method not in _PARAMETERS:
            raise Refused(404, "Not Found")
        if set(params) - _PARAMETERS[method]:
            raise Refused(400, f"Bad Request: unknown parameters {set(params) - _PARAMETERS[method]}")
        if method in self.silent:
            await asyncio.Event().wait()  # until the connection ends
        well, code = self.after.get(method, (-1, 0))
        if well == len(self.called(method)):
            raise Refused(code, "Forced by the test")
        waiting = self.faults.get(method, [])
        fault = waiting.pop(0) if waiting else None
        if fault is not None and fault.code != LOST:
            raise fault
        done = await self._do(method, params)
        self.calls.append(Call(method, params))
        if fault is not None:
            raise fault
        return done

    async def _do(self, method: str, params: dict[str, Any]) -> Any:
        match method:
            case "getMe":
                return {"id": 5550100, "is_bot": True, "first_name": "Double", "username": "double_bot"}
            case "getWebhookInfo":
                waiting = len(self.updates)
                return {
                    "url": self.webhook,
                    "has_custom_certificate": False,
                    "pending_update_count": waiting,
                }
            case "getUpdates":
                return await self._poll(int(params.get("offset", 0)), float(params.get("timeout", 0)))
            case "deleteWebhook" | "setWebhook":
                self.webhook = params.get("url", "")
                return True
            case "sendMessage":
                return self._message(params)
            case _:
                return True

    async def _poll(self, offset: int, timeout: float) -> list[dict[str, Any]]:
        if self.webhook:
            raise Refused(409, "Conflict: can't use getUpdates method while webhook is active")
        self.polls += 1
        mine = self.polls
        async with self._changed:
            self.updates = [u for u in self.updates if u["update_id"] >= offset]
            self._changed.notify_all()  # an older poll ends
            try:
                await asyncio.wait_for(
                    self._changed.wait_for(lambda: self.updates or self.polls != mine), timeout
                )
            except TimeoutError:
                return []
            if self.polls != mine:
                raise Refused(409, "Conflict: terminated by other getUpdates request")
            return list(self.updates)

    def _message(self, params: dict[str, Any]) -> dict[str, Any]:
        text, chat = params.get("text", ""), params["chat_id"]
        if not text.strip():
            raise Refused(400, "Bad Request: message text is empty")
        if len(text.encode("utf-16-le")) // 2 > 4096:
            raise Refused(400, "Bad Request: message is too long")
        for row in params.get("reply_markup", {}).get("inline_keyboard", []):
            if any(not 1 <= len(button["callback_data"].encode()) <= 64 for button in row):
                raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")
        if chat in self.blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        number = 1000 + len(self.calls)
        return {
            "message_id": number,
            "date": 1790000000,
            "chat": {"id": chat, "type": "private"},
            "text": text,
        }

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection: HTTP/1.1 as far as a Bot API client needs it."""
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            while await self._one(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._open.discard(task)
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next((int(h[15:]) for h in head.split("\r\n") if h.lower().startswith("content-length:")), 0)
        body = (await reader.readexactly(length)).decode()
        path = head.split(" ", 2)[1]
        code, payload = await self._payload(path, body)
        if code in (CUT, LOST):
            return False
        writer.write(f"HTTP/1.1 {code} -\r\nContent-Length: {len(payload)}\r\n\r\n".encode() + payload)
        await writer.drain()
        return True

    async def _payload(self, path: str, body: str) -> tuple[int, bytes]:
        prefix, _, method = path.rpartition("/")
        if prefix != f"/bot{self.token}":
            return 401, b'{"ok": false, "error_code": 401, "description": "Unauthorized"}'
        if method in self.raw:
            return 200, self.raw.pop(method)
        try:
            result = await self.answer(
                method, {n: v if n == "text" else _value(v) for n, v in parse_qsl(body)}
            )
        except Refused as no:
            said: dict[str, Any] = {"ok": False, "error_code": no.code, "description": no.description}
            if no.retry_after is not None:
                said["parameters"] = {"retry_after": no.retry_after}
            return no.code, json.dumps(said).encode()
        return 200, json.dumps({"ok": True, "result": result}).encode()

    def hang_up(self) -> None:
        """End every connection."""
        for task in list(self._open):
            task.cancel()


def _value(text: str) -> Any:
    """A form field as the Bot API reads it: JSON where it is JSON (numbers, objects), else the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text


@asynccontextmanager
async def telegram_double() -> AsyncIterator[TelegramDouble]:
    """A double on a free port."""
    double = TelegramDouble()
    server = await asyncio.start_server(double.serve, "127.0.0.1", 0)
    double.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield double
    finally:
        server.close()
        double.hang_up()
        await server.wait_closed()
