"""Telegram's Bot API for tests: lo-bot-api-emulator, with what our service needs and it lacks around it.

It runs in the doubles' own environment. Every call is kept, and read by aiogram's models: another pair of eyes on
whether it is well formed. On top: the bot's name, edits and membership, protected messages, 403 and 429 on demand.
"""

import asyncio
import json
import sys
import time
from typing import Any

import aiogram.methods
from aiogram.client.default import Default
from aiogram.types import TelegramObject
from aiohttp import web
from lo_bot_api_emulator import LoBotApiEmulator, updates
from pydantic import BaseModel, ValidationError

updates.KINDS.update(
    {"edited_message", "my_chat_member"}
)  # it queues whatever it is given; it only names fewer
NOT_KNOWN_THERE = frozenset({"protect_content", "link_preview_options"})
AS_JSON = frozenset({"reply_markup", "link_preview_options", "allowed_updates", "commands", "scope"})
OURS = frozenset({"leaveChat"})  # it does not model this one


class Double(LoBotApiEmulator):
    """The emulator with a memory, a bad temper on demand, and a second reader."""

    def __init__(self) -> None:
        super().__init__(enable_control=True, allow_insecure_loopback_webhooks=True, max_updates=10_000)
        self.calls: list[dict[str, Any]] = []
        self.faults: dict[str, list[dict[str, Any]]] = {}
        self.blocked: set[str] = set()

    def app(self) -> web.Application:
        app = super().app()
        app.router.add_get("/__fixture/calls", self.show_calls)
        app.router.add_post("/__fixture/faults", self.take_fault)
        app.router.add_post("/__fixture/blocked", self.take_blocked)
        return app

    async def read_request(self, request: web.Request) -> tuple[dict[str, Any], dict[str, Any]]:
        """Once a request: the handler reads it for us and the emulator again, without what it refuses to know."""
        if "read" not in request:
            request["read"] = await super().read_request(request)
        fields, uploads = request["read"]
        return {name: value for name, value in fields.items() if name not in NOT_KNOWN_THERE}, uploads

    async def handle(self, request: web.Request) -> web.Response:
        method, token = request.match_info["method"], request.match_info["token"]
        await self.read_request(request)
        fields = request["read"][0]
        call = {"bot": token.partition(":")[0], "method": method, "fields": fields, "at": time.time()}
        call["problem"] = problem_of(method, fields)
        answer = self._refusal(method, fields) or (
            web.json_response({"ok": True, "result": True})
            if method in OURS
            else await super().handle(request)
        )
        body = json.loads(answer.body)
        self._improve(method, token, body)
        call["status"] = answer.status
        call["result"] = body.get("result") if method != "getUpdates" else None
        if method != "getUpdates" or call["problem"]:
            self.calls.append(call)
        return web.json_response(body, status=answer.status)

    def _refusal(self, method: str, fields: dict[str, Any]) -> web.Response | None:
        if self.faults.get(method):
            return web.json_response(fault := self.faults[method].pop(0), status=fault["error_code"])
        if str(fields.get("chat_id")) in self.blocked and method.startswith("send"):
            said = "Forbidden: bot was blocked by the user"
            return web.json_response({"ok": False, "error_code": 403, "description": said}, status=403)
        return None

    @staticmethod
    def _improve(method: str, token: str, body: dict[str, Any]) -> None:
        if method == "getMe" and body["ok"]:
            number = token.partition(":")[0]
            body["result"].update(id=int(number), username=f"double_{number}_bot")
        if method == "sendMessage" and body["ok"]:
            body["result"]["date"] = int(time.time())

    async def show_calls(self, request: web.Request) -> web.Response:
        """The calls from number `since` on, as they came."""
        return web.json_response(self.calls[int(request.query.get("since", 0)) :])

    async def take_fault(self, request: web.Request) -> web.Response:
        """{"method", "error_code", "retry_after", "times"}: the next calls are refused like this."""
        asked = await request.json()
        fault: dict[str, Any] = {
            "ok": False,
            "error_code": asked["error_code"],
            "description": "Forced by a test",
        }
        if "retry_after" in asked:
            fault["parameters"] = {"retry_after": asked["retry_after"]}
        self.faults.setdefault(asked["method"], []).extend([fault] * asked.get("times", 1))
        return web.json_response({})

    async def take_blocked(self, request: web.Request) -> web.Response:
        """{"chat": whose messages are refused from now on, "blocked": or not any more}."""
        asked = await request.json()
        (self.blocked.add if asked["blocked"] else self.blocked.discard)(str(asked["chat"]))
        return web.json_response({})


def problem_of(method: str, fields: dict[str, Any]) -> str | None:
    """Why aiogram's model of this call does not take these fields; None when it does. No value is in it."""
    model = getattr(aiogram.methods, method[:1].upper() + method[1:], None)
    if model is None:
        return f"no such method: {method}"
    try:
        read = model.model_validate({n: json.loads(v) if n in AS_JSON else v for n, v in fields.items()})
    except ValidationError as error:
        return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['type']}" for e in error.errors())
    except ValueError as error:
        return f"not JSON: {type(error).__name__}"
    unknown = [*(set(fields) - set(model.model_fields)), *_strange(read)]
    return f"unknown: {', '.join(sorted(unknown))}" if unknown else None


def _strange(read: object) -> list[str]:
    """Names inside an object that the Bot API does not know; the models keep such without a word."""
    if isinstance(read, list):
        return [name for item in read for name in _strange(item)]
    if not isinstance(read, BaseModel):
        return []
    extra = list(read.model_extra or ()) if isinstance(read, TelegramObject) else []
    inside = (getattr(read, name) for name in type(read).model_fields)
    return extra + [name for value in inside if not isinstance(value, Default) for name in _strange(value)]


async def main() -> None:
    """Serve on a free port of this machine, say which, and end when the test that started us does."""
    runner = web.AppRunner(Double().app(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
