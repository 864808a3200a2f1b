"""Runs jobs in the process that queued them, from the moment they are committed, without fetching them.

They are jobs of the queue like all others: claimed as a worker does it, given back by the rescue when this process
dies, and left to the workers when their lock is taken or this process is busy (docs/decisions/0010).
"""

import asyncio
import contextlib
from collections import Counter
from dataclasses import dataclass
from typing import Any

import procrastinate
import structlog
from procrastinate.exceptions import ConnectorException

log = structlog.get_logger("jobs")

HEARTBEAT = 1.0  # seconds
PATIENCE = 8.0  # seconds that jobs have to finish when the process stops
_DONE = "SELECT warmline_finish_jobs(%(ids)s)"
_FAILED = (
    "UPDATE procrastinate_jobs SET status = 'failed', attempts = attempts + 1"
    " WHERE id = ANY(%(ids)s) AND status = 'doing'"
)


@dataclass(frozen=True)
class Claimed:
    """A job of ours: its id in the queue, its queue, its task and the task's arguments (ids only)."""

    id: int
    queue: str
    task: str
    args: dict[str, Any]


class AtOnce:
    """The worker for jobs that begin where they were queued. Without `running()` it takes none."""

    def __init__(self, app: procrastinate.App) -> None:
        self._app = app
        self._most = 0
        self._busy: Counter[str] = Counter()
        self._running: set[asyncio.Task[None]] = set()
        self._ended: dict[str, list[int]] = {_DONE: [], _FAILED: []}
        self._writing: asyncio.Task[None] | None = None
        self.worker: int | None = None

    def has_room(self, queue: str) -> bool:
        """Whether a job of this queue may begin here now."""
        return self.worker is not None and self._busy[queue] < self._most

    def start(self, jobs: list[Claimed]) -> None:
        """Begin jobs that were claimed for this process and are committed."""
        for job in jobs:
            self._busy[job.queue] += 1
            task = asyncio.create_task(self._run(job), name=job.task)
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def running(self, most: int) -> None:
        """Take jobs, at most so many of each queue at a time, until cancelled."""
        self._most = most
        try:
            while True:
                await self._beat()
                self._write_soon()
                await asyncio.sleep(HEARTBEAT)
        finally:
            await asyncio.shield(self._close())

    async def _beat(self) -> None:
        """Show that we live; register when we are new, or were thought dead."""
        try:
            if self.worker is not None and await self._is_known():
                await self._app.job_manager.update_heartbeat(self.worker)
            else:
                self.worker = await self._app.job_manager.register_worker()
        except ConnectorException as error:
            log.warning("at_once.database_away", error=type(error).__name__)

    async def _is_known(self) -> bool:
        found = await self._app.connector.execute_query_all_async(
            "SELECT 1 FROM procrastinate_workers WHERE id = %(id)s", id=self.worker
        )
        return bool(found)

    async def _run(self, job: Claimed) -> None:
        outcome = _DONE
        try:
            await self._app.tasks[job.task](**job.args)
        except Exception:  # the job's own edge has logged it (bot/jobs.py)
            outcome = _FAILED
        finally:
            self._busy[job.queue] -= 1
        self._ended[outcome].append(job.id)
        self._write_soon()

    def _write_soon(self) -> None:
        if any(self._ended.values()) and (self._writing is None or self._writing.done()):
            self._writing = asyncio.create_task(self._write())

    async def _write(self) -> None:
        """Write down what ended. Jobs that end meanwhile go with the next statement; what fails, with a later one."""
        while any(self._ended.values()):
            for statement, ended in self._ended.items():
                ids = ended[:]
                if not ids:
                    continue
                try:
                    await self._app.connector.execute_query_async(statement, ids=ids)
                except ConnectorException as error:
                    log.warning("at_once.not_written", error=type(error).__name__)
                    return
                del ended[: len(ids)]

    async def _close(self) -> None:
        worker, self.worker = self.worker, None
        if self._running:
            await asyncio.wait(self._running, timeout=PATIENCE)
        for task in list(self._running):
            task.cancel()
        if self._writing is not None:
            await self._writing
        await self._write()
        if worker is not None:
            with contextlib.suppress(ConnectorException):
                await self._app.job_manager.unregister_worker(worker)
