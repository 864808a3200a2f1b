"""The composition root: what the service is made of, for production and tests alike. Nothing else wires parts."""

import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import procrastinate
from fastapi import FastAPI
from fastapi.responses import JSONResponse

import actions
from bot.channels.base import Channel
from bot.channels.drill import DrillChannel
from bot.channels.phone import phone_channels
from bot.clinic import load_clinic
from bot.console.desk import desk_router
from bot.demonstration import STAFF
from bot.dialogue.understand import read_topics
from bot.jobs import Queue, queue_app, register
from bot.reading.entities import EntityReader
from bot.reading.language import SPANISH
from bot.screen.screen import Screen
from bot.screen.texts import SPANISH_PATH, Texts, load_texts
from bot.services.context import Clock, Context, Dialogue, NoTraces, SystemClock, Traces
from bot.services.screener import Screener
from bot.settings import Settings
from bot.store.database import Database
from bot.store.keys import GivenKeys, KeyFile, read_keys
from bot.store.vault import KeySource, Vault, vault_of
from bot.web.actions import actions_router
from bot.web.bell import Bell
from bot.web.headers import harden
from bot.web.pages import static_files
from bot.web.phones import phones_router
from bot.web.probes import metrics_router, ready_router
from bot.web.simulated import SimulatedPhones

TEXTS = Path(__file__).parent / "services" / "texts.yml"
SPANISH_TEXTS = TEXTS.with_name("texts_es.yml")


@dataclass
class Service:
    """The parts, put together. `pages` is what people see; `internal` is for Rasa, on loopback only."""

    context: Context
    queue: procrastinate.App
    bell: Bell
    phones: SimulatedPhones
    pages: FastAPI
    internal: FastAPI
    screener: Screener

    @asynccontextmanager
    async def opened(self) -> AsyncIterator["Service"]:
        """The service with its connections open."""
        async with self.queue.open_async():
            try:
                yield self
            finally:
                self.bell.close()
                self.screener.close()
                await self.context.database.close()


def all_texts() -> Texts:
    """The screen's fixed texts and the service's own, by id, in English and in Spanish."""
    spanish = _together(load_texts(SPANISH_PATH), load_texts(SPANISH_TEXTS))
    return replace(_together(load_texts(), load_texts(TEXTS)), translations={SPANISH: spanish})


def _together(fixed: Texts, own: Texts) -> Texts:
    return replace(fixed, by_id={**fixed.by_id, **own.by_id})


def keys_of(settings: Settings) -> KeySource:
    """The master keys: given, or kept in a file. Raises KeysUnusable."""
    if settings.master_key is not None:
        return GivenKeys(read_keys(settings.master_key.get_secret_value()))
    return KeyFile(settings.key_file or settings.data_dir / "master.key")


def build(
    settings: Settings,
    *,
    url: str,
    dsn: str,
    vault: Vault | None = None,
    dialogue: Dialogue,
    actions_secret: str,
    clock: Clock | None = None,
    screen: Screen | None = None,
    more_channels: Sequence[Channel] = (),
    traces: Traces | None = None,
) -> Service:
    """Put the service together on one database. Opens no connection yet."""
    database = Database(url, vault or vault_of(keys_of(settings)))
    queue = queue_app(dsn)
    clinic = load_clinic(settings.clinic_file)
    screener = Screener(screen)
    context = Context(
        database=database,
        jobs=Queue(queue),
        screen=screener,
        dialogue=dialogue,
        channels=channels(database, demonstration=settings.demonstration, more=more_channels),
        clinic=clinic,
        texts=all_texts(),
        clock=clock or SystemClock(),
        ladder=clinic.ladder.ladder,
        reader=EntityReader.load(),
        traces=traces or NoTraces(),
    )
    register(queue, context)
    bell = Bell()
    phones = SimulatedPhones(context, bell)
    pages = _pages(context, bell, phones, settings)
    return Service(context, queue, bell, phones, pages, _internal(context, actions_secret), screener)


def channels(
    database: Database, *, demonstration: bool, more: Sequence[Channel] = ()
) -> Mapping[str, Channel]:
    """Every channel of this installation, by name."""
    known: list[Channel] = [DrillChannel(), *(phone_channels(database) if demonstration else ()), *more]
    return {channel.name: channel for channel in known}


def _pages(context: Context, bell: Bell, phones: SimulatedPhones, settings: Settings) -> FastAPI:
    # no redirect to or from a "/" at the end: it would lead to whatever host the request names
    pages = FastAPI(title="Warmline", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    pages.mount("/static", static_files())
    if settings.demonstration:
        pages.include_router(phones_router(phones))
    staff = tuple(person.name for person in STAFF) if settings.demonstration else ()
    name = urlsplit(settings.desk_url).hostname if settings.desk_url else None
    secure = settings.desk_url is not None
    harden(pages, secure=secure)
    pages.include_router(
        desk_router(
            context,
            bell,
            secure=secure,
            hosts=[name] if name else (),
            staff=staff,
            intents=tuple(sorted(read_topics())),
        )
    )

    pages.include_router(ready_router(context.database))

    @pages.get("/health")
    async def health() -> JSONResponse:
        return JSONResponse({"status": "up"})

    return pages


def _internal(context: Context, secret: str) -> FastAPI:
    internal = FastAPI(title="Warmline internal", docs_url=None, redoc_url=None, openapi_url=None)
    internal.include_router(actions_router(actions.build(context), secret, context))
    internal.include_router(metrics_router(context.database))
    return internal


def new_secret() -> str:
    return secrets.token_urlsafe(32)
