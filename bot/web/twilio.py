"""What Twilio calls: incoming texts, receipts, and the fallback. Checks, stores, says 200; decides nothing.

403 for what Twilio did not sign, 503 when it cannot be stored (Twilio then calls the fallback), 200 for the rest.
"""

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from html import escape

import structlog
from fastapi import APIRouter, Request, Response

from bot.channels.base import Incoming
from bot.channels.sms import STATUS_PATH
from bot.channels.sms_webhook import Fields, Signing, media_in, read_message, read_receipt
from bot.domain.consent import Keyword, keyword_in
from bot.services.context import Context
from bot.services.receipts import apply_receipt
from bot.services.receive import receive_from_client, receive_from_staff
from bot.web.signed import add_signed, query_of

log = structlog.get_logger("twilio")

INCOMING_PATH, FALLBACK_PATH = "/twilio/incoming", "/twilio/fallback"
PATIENCE = 8.0  # seconds for storing; Twilio itself waits 15
EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


@dataclass(frozen=True)
class Lines:
    """Which channel a number belongs to. Everything that does not come in on the staff number is a client's."""

    client: str = "sms"
    staff: str = "staff-sms"
    staff_number: str | None = None
    pool: Mapping[str, str] = field(default_factory=dict)

    def is_staff(self, fields: Fields) -> bool:
        return self.channel_of(fields) != self.client

    def channel_of(self, fields: Fields) -> str:
        """The channel of the number that was written to; `pool` holds the numbers of single conversations."""
        to = list(fields.get("To", ()))
        number = to[0] if len(to) == 1 else None
        if number is not None and number == self.staff_number:
            return self.staff
        return self.pool.get(number or "", self.client)

    @property
    def channels(self) -> tuple[str, ...]:
        return (self.client, self.staff, *self.pool.values())


def twilio_router(context: Context, signing: Signing, lines: Lines) -> APIRouter:
    """The three addresses below `signing.public_url`, all POST."""
    router = APIRouter(include_in_schema=False)

    async def incoming(request: Request, fields: Fields) -> Response:
        return _twiml() if await _stored(context, lines, fields) else Response(status_code=503)

    async def fallback(request: Request, fields: Fields) -> Response:
        if await _stored(context, lines, fields):
            return _twiml()
        return _twiml(_safe_words(context, lines, fields))

    async def status(request: Request, fields: Fields) -> Response:
        receipt = read_receipt(fields, query_of(request), lines.channels)
        if receipt is None:
            log.info("twilio.receipt_ignored")
            return Response(status_code=200)
        done = await _in_time("receipt", apply_receipt(context, receipt))
        return Response(status_code=200 if done else 503)

    for path, handle in ((INCOMING_PATH, incoming), (FALLBACK_PATH, fallback), (STATUS_PATH, status)):
        add_signed(router, signing, path, handle)
    return router


async def _stored(context: Context, lines: Lines, fields: Fields) -> bool:
    """Store a message. False when it could not be; True also for what is genuine and nothing to store."""
    staff = lines.is_staff(fields)
    message = read_message(fields, lines.channel_of(fields))
    if message is None:
        log.info("twilio.message_ignored")
        return True
    if count := media_in(fields):
        log.info("twilio.media_not_fetched", count=count)
    receive = receive_from_staff if staff else receive_from_client
    return await _in_time("message", receive(context, message))


async def _in_time(what: str, storing: Awaitable[object]) -> bool:
    try:
        async with asyncio.timeout(PATIENCE):
            await storing
    except Exception as error:
        log.error("twilio.not_stored", what=what, error=type(error).__name__)
        return False
    return True


def _safe_words(context: Context, lines: Lines, fields: Fields) -> str | None:
    """What a client is told when nothing works. Nothing to staff, and nothing to somebody who says stop."""
    message: Incoming | None = read_message(fields, lines.client)
    if message is None or lines.is_staff(fields):
        return None
    if message.kind == Keyword.OPT_OUT or keyword_in(message.text) is Keyword.OPT_OUT:
        return None
    return context.texts.render("out_of_order", context.clinic)[0]


def _twiml(words: str | None = None) -> Response:
    if words is None:
        return Response(EMPTY, media_type="text/xml")
    said = EMPTY.replace(
        "<Response/>", f"<Response><Message>{escape(words, quote=False)}</Message></Response>"
    )
    return Response(said, media_type="text/xml")
