"""Rasa's only way in: the bot service asks for one turn, over loopback, with a shared secret.

Rasa's `--auth-token` does not guard channels, so the secret is checked here. Nothing a client wrote is
logged, and an error's own text never leaves this process.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel, UserMessage
from rasa.shared.exceptions import RasaException
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json

from rasa_components import turn
from rasa_components.ready import NotReady, ready_agent

log = logging.getLogger(__name__)

MOST_TEXTS = 1000
SHORTEST_SECRET = 16


class Refused(Exception):
    """The request is not what the bot service sends. `status` and `reason` go back to it."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class WarmlineInput(InputChannel):
    """POST webhook: one turn. POST understand: intents only, no conversation. GET /: whether turns are
    possible."""

    def __init__(self, secret: str) -> None:
        if len(secret) < SHORTEST_SECRET:
            raise RasaException(f"WARMLINE_RASA_SECRET must have at least {SHORTEST_SECRET} characters.")
        self._secret = secret.encode()

    @classmethod
    def name(cls) -> str:
        return "warmline"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> WarmlineInput:
        return cls(str((credentials or {}).get("secret") or ""))

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        routes = Blueprint("warmline", __name__)

        @routes.get("/")
        async def health(request: Request) -> HTTPResponse:
            return await _answer(self._health, request)

        @routes.post("/webhook")
        async def webhook(request: Request) -> HTTPResponse:
            return await _answer(self._turn, request)

        @routes.post("/understand")
        async def understand(request: Request) -> HTTPResponse:
            return await _answer(self._understand, request)

        return routes

    async def _health(self, request: Request) -> Any:
        ready_agent(request.app)
        return {"status": "ok"}

    async def _turn(self, request: Request) -> Any:
        agent = self._let_in(request)
        return await turn.take(agent, _asked(request))

    async def _understand(self, request: Request) -> Any:
        agent = self._let_in(request)
        texts = _body(request).get("texts")
        if not _is_texts(texts):
            raise Refused(400, "texts")
        return [await turn.understand(agent, text) for text in texts]

    def _let_in(self, request: Request) -> Agent:
        given = request.headers.get("x-warmline-secret", "").encode()
        if not hmac.compare_digest(given, self._secret):
            raise Refused(403, "secret")
        return ready_agent(request.app)


async def _answer(work: Callable[[Request], Awaitable[Any]], request: Request) -> HTTPResponse:
    """The edge: every error becomes a status and a word of ours."""
    try:
        return json(await work(request))
    except Refused as refusal:
        return json({"error": refusal.reason}, refusal.status)
    except NotReady as reason:
        return json({"error": str(reason)}, 503)
    except Exception:
        log.exception("turn.failed")
        return json({"error": "turn failed"}, 500)


def _asked(request: Request) -> turn.Asked:
    body = _body(request)
    try:
        asked = turn.Asked(**{name: body[name] for name in turn.Asked.__annotations__ if name in body})
    except TypeError:
        raise Refused(400, "missing field") from None
    if not asked.is_well_formed():
        raise Refused(400, "wrong field")
    return asked


def _body(request: Request) -> dict[str, Any]:
    try:
        body = request.json
    except Exception:  # Sanic's error would show what was sent
        raise Refused(400, "no JSON") from None
    if not isinstance(body, dict):
        raise Refused(400, "no JSON object")
    return body


def _is_texts(texts: object) -> bool:
    return isinstance(texts, list) and len(texts) <= MOST_TEXTS and all(isinstance(t, str) for t in texts)
