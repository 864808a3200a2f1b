"""Puts our headers on every answer of an application, also on what no page made: an unknown address, a wrong method,
a fault of ours. It knows no page.
"""

from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web.guard import HEADERS, HTTPS_ONLY

log = structlog.get_logger("pages")

_AWAY = (OperationalError, InterfaceError, PoolTimeout, OSError)
_SORRY = "Something on our side did not work. Please try again in a moment."


def harden(app: FastAPI, *, secure: bool = False) -> FastAPI:
    """Give every answer of this application the headers, and every fault of ours one plain sentence.

    `secure`: it is reached by https, and browsers are told to use nothing else.
    """
    app.add_middleware(_Headers, secure=secure)
    app.add_exception_handler(Exception, _sorry(secure=secure))
    return app


class _Headers:
    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app, self._secure = app, secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                _complete(MutableHeaders(scope=message), secure=self._secure)
            await send(message)

        await self._app(scope, receive, headed)


def _complete(headers: MutableHeaders, *, secure: bool) -> None:
    """Add what is missing; a page's own choice stays."""
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    if secure:
        headers.setdefault("Strict-Transport-Security", HTTPS_ONLY)


def _sorry(*, secure: bool) -> Any:
    async def sorry(request: Request, error: Exception) -> Response:
        """503 when the database cannot be asked just now, else 500. The kind of the error goes to the log, no more."""
        status = 503 if isinstance(error, _AWAY) else 500
        route = getattr(request.scope.get("route"), "path", None)
        log.error("page.failed", route=route, status=status, error=type(error).__name__)
        response = PlainTextResponse(_SORRY, status_code=status)
        _complete(response.headers, secure=secure)
        return response

    return sorry
