"""What Twilio calls when somebody phones the clients' number. Every answer is TwiML, and every call hears help first.

403 for what Twilio did not sign. Without a database a caller is put through to the clinic; nothing is answered 500.
"""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Literal, TypeVar
from urllib.parse import parse_qs

import structlog
from fastapi import APIRouter, Request, Response

from bot.channels import voice
from bot.channels.base import Call
from bot.channels.sms_webhook import CALL, Fields, Signing, first
from bot.channels.voice import Said, Twiml
from bot.services.calls import Caller, call_answered, call_came, call_ended, greeting_for, was_missed
from bot.services.context import Context
from bot.web.signed import add_signed, query_of

log = structlog.get_logger("twilio")

PATIENCE = 3.0  # seconds for the database; a caller waits in silence meanwhile
T = TypeVar("T")


@dataclass(frozen=True)
class Calls:
    """Where calls to the clients' number go, and which number is not theirs."""

    to: Literal["clinic", "counselors", "off"] = "clinic"
    staff_numbers: tuple[str, ...] = ()


def calls_router(context: Context, signing: Signing, calls: Calls) -> APIRouter:
    """The addresses for calls below `signing.public_url`, all POST."""
    router, desk = APIRouter(include_in_schema=False), _Switchboard(context, calls, Twiml(signing.public_url))
    for path, handle in (
        (voice.CALL_PATH, desk.came),
        (voice.NEXT_PATH, desk.next),
        (voice.ANSWERED_PATH, desk.answered),
        (voice.ASK_PATH, desk.ask),
        (voice.ACCEPT_PATH, desk.accept),
        (voice.ENDED_PATH, desk.ended),
    ):
        add_signed(router, signing, path, handle)
    return router


@dataclass(frozen=True)
class _Switchboard:
    context: Context
    calls: Calls
    twiml: Twiml

    async def came(self, request: Request, fields: Fields) -> Response:
        """A call comes in: the help lines, then the counselors who may take it, or the clinic."""
        call = voice.read_call(fields)
        if call is None:
            log.info("twilio.call_ignored")
            return _xml(self.twiml.hang_up())
        if call.to in self.calls.staff_numbers:
            return _xml(self.twiml.hang_up(self._said("call_staff_line")))
        counselors = self.calls.to == "counselors"
        came = call_came(self.context, call, ring_counselors=counselors)
        caller = await _in_time(came, Caller(greeting_for(self.context, call)))
        greeting = self._said(caller.greeting, caller.language)
        if caller.phones:
            wait = self._said("call_counselors", caller.language)
            through = self.twiml.put_through(
                call, caller.phones, greeting, wait, after="counselors", ask_first=True
            )
            return _xml(through)
        return _xml(self._to_clinic(call, greeting, caller.language))

    async def next(self, request: Request, fields: Fields) -> Response:
        """Those who were rung are done with: the call is over, or the clinic is next, or nobody could take it."""
        call, after = voice.read_call(fields), _asked(request, "after")
        if call is None or not await _in_time(
            was_missed(self.context, call.id), not voice.was_bridged(fields)
        ):
            return _xml(self.twiml.hang_up())
        if after == "counselors":
            return _xml(self._to_clinic(call, self._said("call_clinic_next")))
        await _in_time(call_ended(self.context, call.id), None)
        return _xml(self.twiml.hang_up(self._said("call_nobody")))

    async def ask(self, request: Request, fields: Fields) -> Response:
        """A counselor picked up, or their voicemail did."""
        call_id = _call_of(request)
        if not call_id:
            return _xml(self.twiml.hang_up())
        return _xml(self.twiml.ask(call_id, self._said("call_ask")))

    async def accept(self, request: Request, fields: Fields) -> Response:
        """A counselor pressed a key: 1 takes the call."""
        if not voice.accepted(fields):
            return _xml(self.twiml.hang_up())
        await _in_time(call_answered(self.context, _call_of(request)), None)
        return _xml(self.twiml.connect())

    async def answered(self, request: Request, fields: Fields) -> Response:
        """The clinic's phone was picked up."""
        if first(fields, "CallStatus") in ("in-progress", "answered", "completed"):
            await _in_time(call_answered(self.context, _call_of(request)), None)
        return Response(status_code=200)

    async def ended(self, request: Request, fields: Fields) -> Response:
        """The caller's own call is over, whoever hung up."""
        call = voice.read_call(fields)
        if call is not None and first(fields, "CallStatus") not in ("queued", "ringing", "in-progress"):
            await _in_time(call_ended(self.context, call.id), None)
        return Response(status_code=200)

    def _to_clinic(self, call: Call, words: Said, language: str | None = None) -> str:
        phone = self.context.clinic.dialled_phone
        if self.calls.to == "off" or phone in (
            call.caller,
            call.to,
        ):  # the clinic's own phone would ring itself
            return self.twiml.hang_up(words, self._said("call_no_line", language))
        through = self._said("call_clinic", language)
        return self.twiml.put_through(call, [phone], words, through, after="clinic", ask_first=False)

    def _said(self, text_id: str, language: str | None = None) -> Said:
        texts, clinic = self.context.texts, self.context.clinic
        spoken = language if language in texts.translations else None
        return Said(texts.render(text_id, clinic, language=spoken)[0], spoken)


def _asked(request: Request, name: str) -> str:
    return parse_qs(query_of(request)).get(name, [""])[0]


def _call_of(request: Request) -> str:
    """The caller's call, which our own address names; Twilio signed it."""
    call_id = _asked(request, "call")
    return call_id if CALL.fullmatch(call_id) else ""


async def _in_time(work: Awaitable[T], otherwise: T) -> T:
    """What this comes to, or `otherwise` while the database is away: a caller must not hear of it."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await work
    except Exception as error:
        log.error("twilio.call_not_noted", error=type(error).__name__)
        return otherwise


def _xml(twiml: str) -> Response:
    return Response(twiml, media_type="text/xml")
