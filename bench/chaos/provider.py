"""Twilio in the storm: takes texts and calls back, and fails for some: busy, broken, cut, or taken with the answer lost.

It keeps what reached a phone. What it is told to fail is decided by chance from one seed.
"""

import asyncio
import json
import logging
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from time import time
from urllib.parse import parse_qs, urlsplit

import aiohttp
from aiohttp import web

from bot.channels.sms_webhook import signature

ACCOUNT, TOKEN, PUBLIC = "AC" + "7" * 32, "a token of the storm", "https://clinic.example"
CLIENTS_NUMBER, STAFF_NUMBER = "+15550100100", "+15550100188"
FAULTS = ("busy", "broken", "cut", "lost")


@dataclass(frozen=True)
class Reached:
    """One text as a phone got it. `message` is the service's own id, `part` is True for the first of two halves."""

    at: float
    to: str
    sender: str
    body: str
    message: int
    part: bool


@dataclass
class Provider:
    """`faults`: the share of sends that fail. `on_text` hears of every text that reached a phone."""

    webs: list[str]
    faults: float
    rng: random.Random
    reached: list[Reached] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)
    on_text: Callable[[Reached], None] = lambda _text: None
    url: str = ""
    _http: aiohttp.ClientSession | None = None
    _tasks: set[asyncio.Task[object]] = field(default_factory=set)
    _sent: int = 0

    async def __aenter__(self) -> "Provider":
        logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # whom we kill hangs up in the middle
        app = web.Application()
        app.router.add_post(f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", self._create)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15))
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._http is not None:
            await self._http.close()
        await self._runner.cleanup()

    async def brings(self, path: str, fields: dict[str, str], tries: int = 90) -> bool:
        """Call the service's webhook, signed, until a web process says 200. False when none ever did."""
        assert self._http is not None
        target = urlsplit(path)
        once = {name: [value] for name, value in fields.items()}
        headers = {"X-Twilio-Signature": signature(TOKEN, PUBLIC + path, once)}
        for number in range(tries):
            base = self.webs[number % len(self.webs)]
            with suppress(aiohttp.ClientError, TimeoutError):
                query = f"?{target.query}" if target.query else ""
                async with self._http.post(base + target.path + query, data=fields, headers=headers) as got:
                    if got.status == 200:
                        return True
            await asyncio.sleep(min(0.2 * (number + 1), 2))
        return False

    async def text(self, sender: str, to: str, body: str, sid: str) -> bool:
        """Somebody writes to one of the service's numbers."""
        fields = {"AccountSid": ACCOUNT, "From": sender, "To": to, "Body": body, "MessageSid": sid}
        return await self.brings("/twilio/incoming", {**fields, "NumMedia": "0"})

    async def _create(self, request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        fault = self.rng.choice(FAULTS) if self.rng.random() < self.faults else None
        if fault is not None:
            self.failed[fault] += 1
        if fault == "busy":
            return web.json_response({"code": 20429, "message": "busy", "status": 429}, status=429)
        if fault == "broken":
            return web.json_response({"message": "broken", "status": 503}, status=503)
        if fault != "cut":
            sid = self._take(form)
        if fault in ("cut", "lost"):
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        return web.json_response({"sid": sid, "status": "queued", "error_code": None}, status=201)

    def _take(self, form: dict[str, str]) -> str:
        self._sent += 1
        sid = f"SM{self._sent:032x}"
        callback = form.get("StatusCallback", "")
        known = parse_qs(urlsplit(callback).query)
        message = int(known["message"][0])
        text = Reached(time(), form["To"], form["From"], form["Body"], message, "part" in known)
        self.reached.append(text)
        self.on_text(text)
        self._later(self._receipt(callback.removeprefix(PUBLIC), sid))
        return sid

    async def _receipt(self, path: str, sid: str) -> None:
        await asyncio.sleep(self.rng.uniform(0.1, 1.0))
        await self.brings(path, {"MessageSid": sid, "MessageStatus": "delivered", "AccountSid": ACCOUNT})

    def _later(self, work: Awaitable[object]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def as_line(text: Reached) -> str:
    return json.dumps(text.__dict__)
