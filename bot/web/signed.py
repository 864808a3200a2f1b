"""The door of everything Twilio calls: POST only, signed over the raw body, of a bounded size. It knows no content."""

from collections.abc import Awaitable, Callable

import structlog
from fastapi import APIRouter, Request, Response

from bot.channels.sms_webhook import Fields, Signing, fields_of, is_genuine

log = structlog.get_logger("twilio")

LARGEST_BODY = 128 * 1024  # bytes; Twilio's own are a few thousand

Handle = Callable[[Request, Fields], Awaitable[Response]]


class _Refused(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def add_signed(router: APIRouter, signing: Signing, path: str, handle: Handle) -> None:
    """Serve this path below `signing.public_url` to who signs: 403 for others, 413 for a body without end."""

    async def endpoint(request: Request) -> Response:
        try:
            fields = await _genuine_fields(request, signing, path)
        except _Refused as refused:
            return Response(status_code=refused.status)
        return await handle(request, fields)

    router.add_api_route(path, endpoint, methods=["POST"])


async def _genuine_fields(request: Request, signing: Signing, path: str) -> Fields:
    """The fields of a signed request. The path is the one configured, never what a proxy made of it."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST_BODY:
            raise _Refused(413)
    given = request.headers.get("x-twilio-signature", "")
    if not is_genuine(signing, path, query_of(request), body, given):
        log.warning("twilio.forged", path=path, signed=bool(given))
        raise _Refused(403)
    return fields_of(body)


def query_of(request: Request) -> str:
    """The query as it was sent, which is signed with the address."""
    query: bytes = request.scope.get("query_string", b"")
    return query.decode("ascii", "replace")
