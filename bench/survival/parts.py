"""One process of the service, as this trial runs it: the real composition, on a clock that can be moved.

The clock is given to `build` here and nowhere else, so no setting of an installation reaches it. Rasa's place is taken
by a dialogue that does what its action does: it opens the handoff.
"""

import asyncio
import mmap
import struct
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from bot.app import build
from bot.jobs import working
from bot.screen.screen import Screen
from bot.services.context import BotReply, Context
from bot.services.handoff import open_handoff
from bot.serving import served
from bot.settings import Settings
from bot.sms_side import SmsSide, sms_side
from bot.store import conversations
from bot.store.vault import vault_from

KEY = b"a key for this trial only, 32 bytes"
ACCOUNT, TOKEN = "AC" + "0" * 32, "not a real token"
PUBLIC, CLINIC, STAFF_LINE = "https://clinic.example", "+15550199", "+15550188"
ASKS = "a person"  # a text with these words asks for a counselor
_OFFSET = struct.Struct("d")


class SharedClock:
    """The machine's time plus an offset that every process reads from one small file; it only moves forward."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(_OFFSET.pack(0.0))
        with path.open("r+b") as file:
            self._page = mmap.mmap(file.fileno(), _OFFSET.size)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.moved

    @property
    def moved(self) -> timedelta:
        return timedelta(seconds=_OFFSET.unpack_from(self._page)[0])

    def move(self, seconds: float) -> None:
        _OFFSET.pack_into(self._page, 0, self.moved.total_seconds() + seconds)


@dataclass(frozen=True)
class Plan:
    """What one process needs to know. `port` is None for one without webhooks; `works`: it does jobs."""

    name: str
    folder: str
    url: str
    dsn: str
    provider: str
    port: int | None
    works: bool

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class Opens:
    """The dialogue of this trial: it opens a handoff when asked to, with the needs that are kept, as the action does."""

    context: Context

    async def ask(self, *, conversation_id: str, turn_id: int, text: str, **rest: Any) -> list[BotReply]:
        if ASKS not in text:
            return [BotReply("I heard you.")]
        async with self.context.database.single() as tx:
            needs = await conversations.read_needs(tx, conversation_id)
        outcome = await open_handoff(self.context, conversation_id, str(turn_id), needs)
        return [BotReply(f"Your request: {outcome.state}.")]


def settings_for(plan: Plan) -> Settings:
    return Settings(
        data_dir=Path(plan.folder),
        demonstration=False,
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=TOKEN,
        public_url=PUBLIC,
        twilio_number=CLINIC,
        twilio_staff_number=STAFF_LINE,
        twilio_api=plan.provider,
        staff_phones_decided_by="nobody, this is a trial",
        staff_phones_decided_on="2026-01-01",
    )


def _webhooks(sms: SmsSide, context: Context) -> FastAPI:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    for router in sms.routers(context):
        app.include_router(router)
    return app


async def run(plan: Plan, screen: Screen) -> None:
    """Be this process until it is killed."""
    settings, dialogue = settings_for(plan), Opens()
    sms = sms_side(settings)
    assert sms is not None
    service = build(
        settings,
        url=plan.url,
        dsn=plan.dsn,
        vault=vault_from(KEY),
        dialogue=dialogue,
        actions_secret="a secret for this trial",  # noqa: S106
        clock=SharedClock(Path(plan.folder) / "clock"),
        screen=screen,
        more_channels=sms.channels,
    )
    dialogue.context = service.context
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(service.opened())
        if plan.works:
            await stack.enter_async_context(working(service.queue, service.context, 10))
        if plan.port is not None:
            await stack.enter_async_context(served(_webhooks(sms, service.context), "127.0.0.1", plan.port))
        await asyncio.Event().wait()
