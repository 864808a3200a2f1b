"""Telegram's webhook: who does not know the secret is refused; what is genuine is stored, then answered 200.

An update is never answered 500: 503 makes Telegram send it again, 200 means it is safe or is no update at all.
"""

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable, Sequence

import structlog
from fastapi import APIRouter, Request, Response
from starlette.requests import ClientDisconnect
from telegram import Update

from bot.channels.telegram_bot import update_from

log = structlog.get_logger("telegram")

HEADER = "X-Telegram-Bot-Api-Secret-Token"
PATIENCE = 8.0  # seconds for storing
LARGEST_BODY = 1024 * 1024  # bytes; an update is a few thousand


def telegram_router(
    path: str, secrets: Sequence[str], take: Callable[[Update], Awaitable[None]]
) -> APIRouter:
    """The webhook of one bot. More than one secret is for the time of a change."""
    known = [secret.encode() for secret in secrets if secret]
    if not known:
        raise ValueError("a webhook needs a secret")
    router = APIRouter()

    @router.post(path)
    async def webhook(request: Request) -> Response:
        if not _is_genuine(request, known):
            log.warning("telegram.webhook_refused")
            return Response(status_code=403)
        try:
            body = await _body(request)
        except ClientDisconnect:  # cut off in the middle: Telegram sends it again
            return Response(status_code=400)
        if body is None:
            return Response(status_code=413)
        update = _update(body)
        if update is None:
            log.warning("telegram.webhook_not_read")
            return Response(status_code=200)
        try:
            async with asyncio.timeout(PATIENCE):
                await take(update)
        except Exception as error:
            log.warning("telegram.webhook_not_stored", update_id=update.update_id, error=type(error).__name__)
            return Response(status_code=503)
        return Response(status_code=200)

    return router


def _is_genuine(request: Request, known: Sequence[bytes]) -> bool:
    given = request.headers.get(HEADER, "").encode("latin-1", "replace")
    return any([hmac.compare_digest(given, secret) for secret in known])  # noqa: C419 -- all are compared, always


async def _body(request: Request) -> bytes | None:
    """The body, or None when it is larger than any update."""
    parts = bytearray()
    async for part in request.stream():
        parts += part
        if len(parts) > LARGEST_BODY:
            return None
    return bytes(parts)


def _update(body: bytes) -> Update | None:
    try:
        return update_from(json.loads(body))
    except (ValueError, RecursionError):
        return None
