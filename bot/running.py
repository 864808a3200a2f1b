"""Runs everything in one process with two children, PostgreSQL and Rasa; all of it ends together."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Literal

import httpx
import structlog
from threadpoolctl import threadpool_limits

from bot.app import Service, build, new_secret
from bot.demonstration import set_up_demonstration
from bot.jobs import working
from bot.log import quiet_loop
from bot.places import give_rasa_its_keys, made_ready, postgres
from bot.processes import ProcessFailedError, Supervised, free_port
from bot.rasas import dialogue_of, own_rasa
from bot.receiving import receiving, telegram_bots, twilio
from bot.screen.screen import Screen, load_screen
from bot.services.context import Context, Traces
from bot.services.housekeeping import housekeeping
from bot.serving import background, served
from bot.settings import Settings
from bot.store.keys import KeysUnusable
from bot.store.purge import Retention
from bot.store.vault import Vault
from bot.web.listening import listen_for_changes
from bot.web.probes import answers

log = structlog.get_logger("running")

Part = Literal["all", "web", "jobs"]


@dataclass(frozen=True)
class Running:
    """What `up` started: the service, the address of its pages, Rasa's process, and whether the database runs."""

    service: Service
    address: str
    rasa: Supervised
    database_runs: Callable[[], bool]


def screen_for(settings: Settings, progress: Callable[[str], None]) -> Screen | None:
    """The safety screen. When it cannot be loaded every message is asked about and the operator is told."""
    # One text is one small product of matrices: BLAS threads, which spin while they wait, cost a whole core.
    threadpool_limits(1, user_api="blas")
    try:
        return load_screen(settings.encoder_dir.parent, classifier=settings.screen_classifier)
    except Exception as error:
        log.error("screen.not_loaded", error=type(error).__name__)
        progress(
            "The safety screen could not be loaded: every message will be answered with the direct question."
        )
        return None


@contextlib.asynccontextmanager
async def running(
    settings: Settings, progress: Callable[[str], None], part: Part = "all"
) -> AsyncIterator[Running]:
    """Start everything in order, and stop it in the reverse order however the block ends.

    `part`: "web" stores what comes in and shows the pages; "jobs" has Rasa, does the work and polls Telegram.
    """
    web, jobs = part in ("all", "web"), part in ("all", "jobs")
    asyncio.get_running_loop().set_exception_handler(quiet_loop)
    async with contextlib.AsyncExitStack() as stack:
        place = stack.enter_context(postgres(settings, progress))
        vault = await asyncio.to_thread(made_ready, settings, place)
        telegram, sms = telegram_bots(settings), twilio(settings)
        secret = settings.rasa_secret.get_secret_value() if settings.rasa_secret else new_secret()
        rasa_port = settings.rasa_port or free_port()
        dialogue = dialogue_of(settings, rasa_port, secret, stack)
        service = build(
            settings,
            url=place.url,
            dsn=place.dsn,
            vault=vault,
            dialogue=dialogue,
            actions_secret=secret,
            screen=screen_for(settings, progress),
            traces=_traces(settings, vault, part, stack),
            more_channels=[*(bot.channel for bot in telegram), *(sms.channels if sms else ())],
        )
        await stack.enter_async_context(service.opened())
        if settings.demonstration:
            await set_up_demonstration(service.context.database)
        internal_port = await stack.enter_async_context(
            served(service.internal, "127.0.0.1", settings.internal_port)
        )
        rasa = own_rasa(settings, rasa_port, internal_port, secret, place.rasa_url, vault)
        await stack.enter_async_context(background(_follow_keys(settings, vault)))
        if jobs:
            progress("Rasa is starting (about 15 seconds) ...")
            await rasa.start()
            dialogue.wait_for(rasa)
            stack.push_async_callback(rasa.stop)
            await stack.enter_async_context(background(keeping_house(settings, service.context)))
        await stack.enter_async_context(background(watched(settings, service.context)))
        await stack.enter_async_context(background(listen_for_changes(place.dsn, service.bell)))
        await stack.enter_async_context(
            receiving(settings, service.context, place.dsn, sms, telegram, progress, web=web, jobs=jobs)
        )
        if jobs:
            await stack.enter_async_context(working(service.queue, service.context, settings.concurrency))
        port = settings.port
        if web:
            port = await stack.enter_async_context(served(service.pages, settings.host, settings.port))
            stack.callback(service.bell.close)  # open pages end before the listener waits for them
        yield Running(service, f"http://{settings.host}:{port}", rasa, place.runs)


def _traces(settings: Settings, vault: Vault, part: Part, stack: contextlib.AsyncExitStack) -> Traces | None:
    """Where traces go; None when no address is set."""
    if settings.traces_url is None:
        return None
    from bot.tracing import traces_to  # noqa: PLC0415  (what nobody traces needs no library)

    url, share = settings.traces_url.get_secret_value(), settings.traces_share
    traces = traces_to(url, vault.hash_key, part=part, share=share)
    stack.push_async_callback(asyncio.to_thread, traces.close)
    return traces


async def watched(settings: Settings, context: Context) -> None:
    """Call an outside monitor as long as the database answers: when the calls stop, it raises the alarm."""
    if settings.monitor_url is None:
        return
    url = settings.monitor_url.get_secret_value()
    async with httpx.AsyncClient(timeout=10, follow_redirects=False) as client:
        while True:
            if await answers(context.database):
                with contextlib.suppress(httpx.HTTPError):
                    await client.get(url)
            await asyncio.sleep(settings.monitor_seconds)


def keeping_house(settings: Settings, context: Context) -> Coroutine[Any, Any, None]:
    """What removes old data, with this installation's times."""
    forget = ["sms"] if settings.twilio_forget else []
    return housekeeping(context, retention_of(settings), forget)


def retention_of(settings: Settings) -> Retention:
    return Retention(
        chat=settings.keep_chat_days,
        record=settings.keep_record_days,
        alert=settings.keep_alert_days,
        audit=settings.keep_audit_days,
    )


async def _follow_keys(settings: Settings, vault: Vault) -> None:
    """Use a new master key within a second of `warmline keys rotate`, and hand Rasa its own."""
    while True:
        await asyncio.sleep(1)
        with contextlib.suppress(OSError, KeysUnusable):  # the next second is another try
            if vault.refresh():
                give_rasa_its_keys(settings, vault)
                log.info("keys.changed", newest=vault.newest)


DATABASE_ENDED = "the embedded PostgreSQL ended by itself, so everything was stopped. What was stored is safe: start again."


async def up(settings: Settings, progress: Callable[[str], None], part: Part = "all") -> None:
    """`warmline up`, `serve`, `worker`: run until Ctrl-C or SIGTERM. Ends with code 1 when our PostgreSQL dies."""
    stop = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    async with running(settings, progress, part) as parts:
        if part != "jobs":
            progress(f"Phones: {parts.address}/phones")
            progress(f"Desk:   {parts.address}/desk   (sign in with a code sent to the counselor's phone)")
        if part == "web":
            progress("Ready. Ctrl-C stops it.")
        async with background(_say_when_ready(parts.rasa, progress)):
            while not stop.is_set() and parts.database_runs():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), 1.0)
        if not stop.is_set():
            # Closing pools of a dead database takes a minute and saves nothing; the children die with us.
            progress(f"warmline: {DATABASE_ENDED}")
            os._exit(1)
        progress("Stopping ...")
    progress("Stopped.")


async def _say_when_ready(rasa: Supervised, progress: Callable[[str], None]) -> None:
    while True:
        try:
            await rasa.until_ready()
        except ProcessFailedError as problem:
            progress(f"{problem} Trying again; everything but the bot's answers works meanwhile.")
        else:
            progress("Ready. Ctrl-C stops everything.")
            return
