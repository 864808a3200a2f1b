"""Fetches a bot's updates by long polling, in one process at a time. What an update means is the intake's.

A PostgreSQL advisory lock on a connection of its own says who polls; when that process dies, freezes or loses its
database the lock is free within seconds and the next one goes on. Telegram is told "got it" only after storing.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import psycopg
import structlog
from telegram import Update
from telegram.error import Conflict, InvalidToken, TelegramError

from bot.channels.telegram_bot import ALLOWED_UPDATES, Connection, Flood
from bot.ending import ended

log = structlog.get_logger("telegram")

MOST_TRIES = 5  # to store one update that fails for a reason of its own
_DATABASE_AWAY = ("OperationalError", "InterfaceError", "TimeoutError", "PoolTimeout", "AdminShutdown")


@dataclass(frozen=True)
class Patience:
    """How long the poller waits for what, in seconds."""

    long_poll: int = 25
    lock: float = 1.0  # between two looks whether the lock is free
    heartbeat: float = 2.0  # between two looks whether the lock is still ours
    frozen: int = 10  # a holder that is silent for so long loses the lock
    retry: float = 1.0  # the first pause after a failure; it doubles
    longest_retry: float = 30.0


class TelegramPoller:
    """Long polling for one bot. `run` goes on until it is cancelled, whatever happens to database or network."""

    def __init__(
        self,
        connection: Connection,
        take: Callable[[Update], Awaitable[None]],
        dsn: str,
        *,
        name: str,
        patience: Patience | None = None,
    ) -> None:
        self._connection, self._take, self._dsn, self._name = connection, take, dsn, name
        self._patience = patience or Patience()

    async def run(self) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(self._dsn, autocommit=True) as lock:
                    await self.wait_for_lock(lock)
                    log.info("telegram.polling", channel=self._name)
                    await _first_of(self._still_ours(lock), self._poll())
            except (psycopg.Error, OSError) as error:
                log.warning("telegram.lock_lost", channel=self._name, error=type(error).__name__)
            await asyncio.sleep(self._patience.lock)

    async def wait_for_lock(self, lock: psycopg.AsyncConnection[Any]) -> None:
        """Return when this process is the one that polls. A frozen holder's connection is ended by the server."""
        with contextlib.suppress(psycopg.errors.UndefinedObject):  # PostgreSQL before 14 cannot do that
            await lock.execute(
                "SELECT set_config('idle_session_timeout', %s, false)", [f"{self._patience.frozen}s"]
            )
        key = f"warmline telegram {self._connection.id}"
        while True:
            found = await lock.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [key])
            if await found.fetchone() == (True,):
                return
            await asyncio.sleep(self._patience.lock)

    async def _still_ours(self, lock: psycopg.AsyncConnection[Any]) -> None:
        while True:
            await asyncio.sleep(self._patience.heartbeat)
            async with asyncio.timeout(self._patience.frozen):
                await lock.execute("SELECT 1")

    async def _poll(self) -> None:
        offset, failures, webhook_gone = None, 0, False
        while True:
            try:
                if not webhook_gone:  # with a webhook set, getUpdates is refused
                    await self._connection.bot.delete_webhook()
                    webhook_gone = True
                updates = await self._connection.bot.get_updates(
                    offset=offset, timeout=self._patience.long_poll, allowed_updates=ALLOWED_UPDATES
                )
                failures = 0
            except TelegramError as error:
                failures += 1
                self._report(error, failures)
                await asyncio.sleep(self._pause(error, failures))
                continue
            for update in updates:
                await self._store(update)
                offset = update.update_id + 1

    async def _store(self, update: Update) -> None:
        """Store one update, however often that takes. Only one that fails without reason is given up, and reported."""
        tries = 0
        while True:
            try:
                return await self._take(update)
            except Exception as error:
                kind, tries = type(error).__name__, tries + 1
                if kind not in _DATABASE_AWAY and tries >= MOST_TRIES:
                    log.error(
                        "telegram.update_given_up", channel=self._name, update_id=update.update_id, error=kind
                    )
                    return None
                log.warning("telegram.not_stored", channel=self._name, update_id=update.update_id, error=kind)
                await asyncio.sleep(min(self._patience.retry * tries, self._patience.longest_retry))

    def _pause(self, error: TelegramError, failures: int) -> float:
        if isinstance(error, Flood):
            return error.seconds
        return float(min(self._patience.retry * 2 ** min(failures - 1, 10), self._patience.longest_retry))

    def _report(self, error: TelegramError, failures: int) -> None:
        match error:
            case Conflict():
                says = (
                    "another program polls with this token, or a webhook was set: stop it, or use another bot"
                )
            case InvalidToken():
                says = "Telegram refuses the token: check it with @BotFather"
            case _:
                says = "Telegram cannot be reached or does not answer; trying again"
        log.warning(
            "telegram.poll_failed",
            channel=self._name,
            error=type(error).__name__,
            failures=failures,
            says=says,
        )


async def _first_of(*works: Coroutine[Any, Any, None]) -> None:
    """Run all until one ends; the others are cancelled. The end of the first is the end of all."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        await ended(*tasks)
