"""The service with every door open, staff of every role signed in, and words planted that only one of them may read.

No Rasa and no provider: the bot repeats what it was told, and what is sent by SMS or Telegram goes nowhere.
"""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

from fastapi import FastAPI
from sqlalchemy import text as sql
from starlette.types import ASGIApp

from bench.fuzz.asking import Asked, ask
from bench.fuzz.doors import FORM, Known
from bench.fuzz.judge import Planted
from bot.app import Service, build
from bot.channels.drill import DrillChannel
from bot.channels.sms_webhook import Signing, fields_of, signature
from bot.channels.telegram_bot import Connection
from bot.channels.telegram_intake import TelegramIntake
from bot.demonstration import STAFF, set_up_demonstration
from bot.domain import signing_in
from bot.domain.needs import Needs
from bot.jobs import working
from bot.screen.screen import Screen
from bot.services import desk_work
from bot.services.context import BotReply
from bot.services.handoff import open_handoff
from bot.services.receive import receive_from_client
from bot.settings import Settings
from bot.store import conversations, counselors, phones, sessions
from bot.store.vault import vault_from
from bot.web.headers import harden
from bot.web.telegram import telegram_router
from bot.web.twilio import Lines, twilio_router

PUBLIC_URL = "https://clinic.example"
TWILIO_TOKEN, TELEGRAM_SECRET = "twilio-token-7319-for-fuzz", "telegram-secret-7319-for-fuzz"
ACTIONS_SECRET = "actions-secret-7319-for-fuzz"  # noqa: S105  # nosec B105 -- nobody's
BOT = "5550100:a-token-7319-for-fuzz"
NOWHERE = "http://127.0.0.1:9"  # discard: nobody listens there
CLIENT, WORDS, NOTE = "+15550159901", "quokka marzipan 5281", "numbat nougat 6620"
FORMULA = "=cmd|' /C calc'!A0 Kim"  # the name of a colleague, as a spreadsheet would run it
MORE_STAFF = (
    ("00000000-0000-4000-8000-000000000001", FORMULA, "operator"),
    ("00000000-0000-4000-8000-000000000002", "+Ash", "auditor"),
)
_UPDATES = Path(__file__).parents[2] / "tests" / "fixtures" / "telegram"


class Echo:
    """The dialogue: it repeats, and now and then asks something."""

    async def ask(self, **asked: object) -> list[BotReply]:
        message = asked["message_id"]
        options = (("one", "/a"), ("two", "/b")) if isinstance(message, int) and message % 3 == 0 else ()
        return [BotReply(f"You wrote: {asked['text']}", options)]


@dataclass
class Place:
    """The running service and how to reach it."""

    service: Service
    apps: Mapping[str, ASGIApp]
    planted: Planted
    known: Known

    async def renew(self) -> None:
        """New sessions for everybody: requests sign people out."""
        now, found = self.service.context.clock.now(), {}
        async with self.service.context.database.transaction() as tx:
            for role, counselor_id in PEOPLE.items():
                token = signing_in.new_token()
                await sessions.begin(
                    tx, signing_in.hashed(token), counselor_id, now, now + signing_in.LONGEST
                )
                found[role] = (token, signing_in.csrf_of(token))
        self.known = Known(PUBLIC_URL, TWILIO_TOKEN, TELEGRAM_SECRET, found, self.known.updates)
        self.planted.sessions = {who: token for who, (token, _) in found.items()}


PEOPLE = {
    **{person.key: person.id for person in STAFF},
    **{role: counselor_id for counselor_id, _, role in MORE_STAFF},
}


@asynccontextmanager
async def opened(url: str, dsn: str, folder: Path, screen: Screen | None) -> AsyncIterator[Place]:
    """The service on a migrated, empty database, with workers."""
    service = build(
        Settings(data_dir=folder),
        url=url,
        dsn=dsn,
        vault=vault_from(b"a key for fuzzing only, 32 bytes"),
        dialogue=Echo(),
        actions_secret=ACTIONS_SECRET,
        screen=screen,
        more_channels=[DrillChannel(name) for name in ("sms", "staff-sms", "telegram")],
    )
    connection = Connection(BOT, NOWHERE)
    intake = TelegramIntake(connection, "telegram", "client", partial(receive_from_client, service.context))
    async with service.opened():
        await set_up_demonstration(service.context.database)
        async with working(service.queue, service.context, 10):
            place = Place(service, _apps(service, intake), Planted(), Known("", "", "", {}, _updates()))
            await _hire(place)
            await place.renew()
            await _plant(place)
            yield place
        await intake.close()
    await connection.close()


def _apps(service: Service, intake: TelegramIntake) -> dict[str, ASGIApp]:
    webhooks, telegram = (harden(FastAPI(openapi_url=None, redirect_slashes=False)) for _ in range(2))
    lines = Lines(staff_number="+15550101")
    webhooks.include_router(twilio_router(service.context, Signing(PUBLIC_URL, (TWILIO_TOKEN,)), lines))
    telegram.include_router(telegram_router("/telegram/webhook", [TELEGRAM_SECRET], intake.take))
    return {"pages": service.pages, "webhooks": webhooks, "telegram": telegram, "internal": service.internal}


def _updates() -> list[object]:
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(_UPDATES.glob("*.json"))]


async def _hire(place: Place) -> None:
    async with place.service.context.database.transaction() as tx:
        for counselor_id, name, role in MORE_STAFF:
            await phones.add_handset(tx, id=f"staff-{role}", kind="sms", side="staff", name=role)
            await counselors.enrol(
                tx,
                counselor_id=counselor_id,
                channel="staff-phone-sms",
                address=f"staff-{role}",
                name=name,
                traits=[],
                about="",
                role=role,
            )


async def _plant(place: Place) -> None:
    """A client writes by SMS, wants a woman, and Maria holds the conversation, with a note."""
    context = place.service.context
    body = urlencode(
        {"MessageSid": "SM" + "7" * 32, "From": CLIENT, "To": "+15550100", "Body": WORDS}
    ).encode()
    signed = signature(TWILIO_TOKEN, f"{PUBLIC_URL}/twilio/incoming", fields_of(body)).encode()
    headers = (FORM, (b"x-twilio-signature", signed))
    sent = await ask(
        place.apps["webhooks"],
        Asked("plant", "webhooks", "POST", b"/twilio/incoming", headers=headers, body=body),
    )
    assert sent.status == 200, sent.status
    async with context.database.transaction() as tx:
        conversation_id = await conversations.find_or_create(tx, "sms", CLIENT)
    await open_handoff(context, conversation_id, None, Needs(must=("gender:woman",), note=WORDS))
    async with context.database.transaction() as tx:
        handoff_id = int((await tx.run(sql("SELECT max(id) FROM handoff"))).scalar_one())
    assert handoff_id == 1, handoff_id
    await desk_work.take(context, PEOPLE["maria"], handoff_id)
    await desk_work.note(context, PEOPLE["maria"], handoff_id, NOTE)
    place.planted.content = (WORDS, NOTE)
    place.planted.secrets = (CLIENT, CLIENT[2:], TWILIO_TOKEN, TELEGRAM_SECRET, ACTIONS_SECRET, BOT)
    place.planted.may_read = "maria"
