"""The durable jobs: Procrastinate's queue in our PostgreSQL. Each task calls one service; arguments are ids only.

Only "handle" holds a conversation's lock, and no job retries through the queue (docs/architecture, "Jobs").
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import procrastinate
import psycopg
import sqlalchemy.exc
import structlog
from psycopg_pool import AsyncConnectionPool

from bot.at_once import AtOnce, Claimed
from bot.ending import ended
from bot.services import upkeep
from bot.services.answer import handle_message
from bot.services.context import Context, Job
from bot.services.deliver import deliver
from bot.services.gone import pass_on
from bot.services.screening import screened
from bot.services.sign_in import send_code
from bot.services.staff import handle_staff_message
from bot.services.strangers import answer_stranger
from bot.store import queue
from bot.store.database import Tx

log = structlog.get_logger("jobs")

NOW, TURNS = "now", "turns"  # what waits for nothing, and what may wait for Rasa: each has workers of its own
HEARTBEAT = 1.0
STALLED_AFTER = 5.0
GRACE = 8  # seconds in which a stopping worker may finish its jobs
DATABASE_AWAY = (
    psycopg.OperationalError,
    sqlalchemy.exc.OperationalError,
    sqlalchemy.exc.InterfaceError,
    sqlalchemy.exc.TimeoutError,
)


class Queue:
    """Adds jobs inside a caller's transaction. Those that can begin here at once do so when it is committed."""

    def __init__(self, app: procrastinate.App) -> None:
        self.at_once = AtOnce(app)

    async def add(self, tx: Tx, *jobs: Job) -> None:
        if not jobs:
            return
        queues = [TURNS if job.may_wait else NOW for job in jobs]
        wanted = [
            {
                "queue": name,
                "task": job.name,
                "priority": job.priority,
                "lock": job.lock,
                "args": dict(job.args),
                "here": self.at_once.has_room(name),
                "if_others_wait": job.if_others_wait,
                "one_waits": job.one_waits,
            }
            for job, name in zip(jobs, queues, strict=True)
        ]
        places = await queue.add(tx, wanted, here=self.at_once.worker)
        if places:
            claimed = [
                Claimed(job_id, queues[place - 1], jobs[place - 1].name, dict(jobs[place - 1].args))
                for place, job_id in places
            ]
            tx.after_commit.append(lambda: self.at_once.start(claimed))


async def _autocommit(connection: psycopg.AsyncConnection[Any]) -> None:
    """The queue's own statements stand alone: no BEGIN and COMMIT around each."""
    await connection.set_autocommit(True)


def _pool(*, check: Any = None, **options: Any) -> AsyncConnectionPool:
    """A pool that hands out connections as they are: a statement before each statement would double the work.

    One that broke is replaced when it comes back.
    """
    return AsyncConnectionPool(**options)


def queue_app(dsn: str) -> procrastinate.App:
    """Procrastinate on our database; `register` adds the tasks once the context exists."""
    connector = procrastinate.PsycopgConnector(
        pool_factory=_pool, conninfo=dsn, min_size=2, max_size=8, configure=_autocommit
    )
    return procrastinate.App(connector=connector)


def register(app: procrastinate.App, context: Context) -> None:
    """Name the tasks. The names stand in the database: rename none."""

    def task(name: str, run: Callable[..., Awaitable[None]], message_of: str | None = None) -> None:
        app.task(name=name)(_guarded(context, name, run, message_of))

    async def screen(message_id: int) -> None:
        await screened(context, message_id)

    async def handle(message_id: int) -> None:
        with context.traces.stage("handle", message_id):
            await handle_message(context, message_id)

    async def staff(message_id: int) -> None:
        await handle_staff_message(context, message_id)

    async def send(conversation_id: str | None = None, counselor_id: str | None = None) -> None:
        await deliver(context, conversation_id=conversation_id, counselor_id=counselor_id)

    async def timer(timer_id: int) -> None:
        await upkeep.fire_timer(context, timer_id)

    async def stranger(stranger_id: int, enrolment_id: int | None = None) -> None:
        await answer_stranger(context, stranger_id, enrolment_id)

    async def staff_gone(counselor_id: str) -> None:
        await pass_on(context, counselor_id)

    async def sign_in_code(sign_in_id: int) -> None:
        await send_code(context, sign_in_id)

    task("screen", screen)
    task("handle", handle, "message_id")
    task("staff", staff, "message_id")
    task("deliver", send)
    task("timer", timer)
    task("stranger", stranger)
    task("staff_gone", staff_gone)
    task("sign_in_code", sign_in_code)


def _guarded(
    context: Context, name: str, run: Callable[..., Awaitable[None]], message_of: str | None
) -> Callable[..., Awaitable[None]]:
    """The edge of a job: a failure is logged by its kind alone, and a message is never left without an answer."""

    async def guarded(**args: Any) -> None:
        try:
            await run(**args)
        except DATABASE_AWAY as error:
            log.warning("job.database_away", job=name, error=type(error).__name__, **args)
            raise Unfinished(name) from None
        except Exception as error:
            log.error("job.failed", job=name, error=type(error).__name__, where=_where(error), **args)
            if message_of is not None:
                await upkeep.give_up_on(context, args[message_of])
            else:
                raise Unfinished(name) from None

    return guarded


class Unfinished(Exception):
    """A job did not finish. It says no more, because the queue logs its text."""


def _where(error: BaseException) -> str:
    """File and line of an error, without its text, which may hold a person's words."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    return f"{place.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{place.tb_lineno}" if place else "?"


@contextlib.asynccontextmanager
async def working(
    app: procrastinate.App, context: Context, concurrency: int, beat: float = 1.0
) -> AsyncIterator[None]:
    """Run a worker, its rescue and its timers until the block ends; a worker that ends is started again.

    `beat`: seconds between two looks at the timers.
    """
    stop = asyncio.Event()
    assert isinstance(context.jobs, Queue)
    tasks = [
        asyncio.create_task(context.jobs.at_once.running(concurrency), name="at once"),
        *(asyncio.create_task(_worker(app, queue, concurrency, stop), name=queue) for queue in (NOW, TURNS)),
        asyncio.create_task(_upkeep(app, context, stop, beat), name="upkeep"),
    ]
    try:
        yield
    finally:
        stop.set()
        await ended(*tasks, patience=GRACE + 2)


async def _worker(app: procrastinate.App, queue: str, concurrency: int, stop: asyncio.Event) -> None:
    """A worker whose database was away for long ends for good: start another."""
    while not stop.is_set():
        try:
            await app.run_worker_async(
                queues=[queue],
                name=queue,
                concurrency=concurrency,
                install_signal_handlers=False,
                listen_notify=True,
                fetch_job_polling_interval=0.5,
                delete_jobs="successful",
                update_heartbeat_interval=HEARTBEAT,
                stalled_worker_timeout=STALLED_AFTER,
                shutdown_graceful_timeout=GRACE,
            )
        except Exception as error:
            log.warning("worker.ended", queue=queue, error=type(error).__name__)
        if not stop.is_set():
            await asyncio.sleep(0.5)


async def _upkeep(app: procrastinate.App, context: Context, stop: asyncio.Event, beat: float) -> None:
    beats = 0
    while not stop.is_set():
        try:
            await upkeep.fire_due_timers(context)
            await rescue(app)
            if beats % 5 == 0:
                await upkeep.adopt_orphans(context)
            if beats % 10 == 3:
                await upkeep.resume_sending(context)
            beats += 1
        except Exception as error:
            log.warning("upkeep.failed", error=type(error).__name__, where=_where(error))
        await asyncio.sleep(beat)


async def rescue(app: procrastinate.App) -> int:
    """Give back the jobs of workers whose heart stopped. Returns how many."""
    stalled = list(await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER))
    for job in stalled:
        with contextlib.suppress(procrastinate.exceptions.ConnectorException):
            await app.job_manager.retry_job(job)
            log.info("job.rescued", job=job.task_name, job_id=job.id)
    return len(stalled)
