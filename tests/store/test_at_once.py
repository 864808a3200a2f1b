"""Jobs that begin in the process that queued them: only when committed, one at a time for a lock, never lost."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import procrastinate
import psycopg
import pytest

from bot.jobs import NOW, TURNS, Queue, queue_app, rescue
from bot.services.context import Job
from bot.store.database import Database
from bot.store.embedded import EmbeddedPostgres
from bot.store.vault import vault_from
from tests.conftest import until


@dataclass
class Place:
    """A queue on a database of its own, with one task that notes what it does and may be held up."""

    queue: Queue
    app: procrastinate.App
    database: Database
    dsn: str
    begun: list[int] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)
    may_go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def task(self, number: int) -> None:
        self.begun.append(number)
        await self.may_go_on.wait()
        self.ended.append(number)

    async def add(self, *numbers: int, lock: str | None = None, fails: bool = False) -> None:
        async with self.database.transaction() as tx:
            await self.queue.add(tx, *(Job("note", {"number": n}, lock=lock) for n in numbers))
            if fails:
                raise RuntimeError("rolled back")

    async def rows(self) -> list[tuple[Any, ...]]:
        async with await psycopg.AsyncConnection.connect(self.dsn, autocommit=True) as connection:
            found = await connection.execute("SELECT status, worker_id FROM procrastinate_jobs ORDER BY id")
            return await found.fetchall()

    @asynccontextmanager
    async def taking(self, most: int = 10) -> AsyncIterator[None]:
        running = asyncio.create_task(self.queue.at_once.running(most))
        await until(self._is_ready)
        try:
            yield
        finally:
            self.may_go_on.set()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    async def _is_ready(self) -> bool:
        return self.queue.at_once.worker is not None

    @asynccontextmanager
    async def workers(self) -> AsyncIterator[None]:
        work = asyncio.create_task(
            self.app.run_worker_async(
                queues=[NOW, TURNS],
                install_signal_handlers=False,
                delete_jobs="successful",
                fetch_job_polling_interval=60,
            )
        )
        try:
            yield
        finally:
            work.cancel()
            with suppress(asyncio.CancelledError):
                await work


@pytest.fixture
async def place(postgres: EmbeddedPostgres, database_name: str) -> AsyncIterator[Place]:
    dsn = postgres.dsn_for(database_name)
    app = queue_app(dsn)
    url = postgres.url_for("postgresql+psycopg", database_name)
    database = Database(url, vault_from(b"a key for tests only, 32 bytes.."))
    made = Place(Queue(app), app, database, dsn)
    app.task(name="note")(made.task)
    async with app.open_async():
        yield made
    await database.close()


def _have(numbers: list[int], wanted: list[int]) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        return numbers == wanted

    return look


async def _left(place: Place) -> bool:
    return not await place.rows()


async def test_a_job_begins_when_it_is_committed_and_leaves_nothing_behind(place: Place) -> None:
    async with place.taking():
        await place.add(1)
        await until(_have(place.begun, [1]))
        assert [status for status, _ in await place.rows()] == ["doing"]
        place.may_go_on.set()
        await until(lambda: _left(place))
    assert place.ended == [1]


async def test_what_is_rolled_back_never_begins(place: Place) -> None:
    async with place.taking():
        with pytest.raises(RuntimeError):
            await place.add(1, fails=True)
        await place.add(2)
        await until(_have(place.begun, [2]))
        assert len(await place.rows()) == 1


async def test_a_process_without_workers_leaves_its_jobs_to_others(place: Place) -> None:
    await place.add(1)
    assert await place.rows() == [("todo", None)]
    place.may_go_on.set()
    async with place.workers():
        await until(_have(place.ended, [1]))


async def test_a_second_job_of_a_lock_waits_and_the_workers_are_woken_when_it_is_free(place: Place) -> None:
    async with place.taking(), place.workers():
        await place.add(1, lock="k")
        await until(_have(place.begun, [1]))
        await place.add(2, lock="k")
        await place.add(3, lock="other")
        await until(_have(place.begun, [1, 3]))
        place.may_go_on.set()
        await until(lambda: _left(place), patience=10)
    assert place.begun == [1, 3, 2]


async def test_jobs_of_a_lock_run_one_at_a_time_in_order_from_many_callers(place: Place) -> None:
    place.may_go_on.set()
    running: dict[str, int] = {}
    most = 0

    async def careful(number: int, lock: str) -> None:
        nonlocal most
        running[lock] = running.get(lock, 0) + 1
        most = max(most, running[lock])
        await asyncio.sleep(0)
        running[lock] -= 1
        place.ended.append(number)

    place.app.task(name="careful")(careful)

    async def caller(lock: str, first: int) -> None:
        for number in range(first, first + 25):
            async with place.database.transaction() as tx:
                await place.queue.add(tx, Job("careful", {"number": number, "lock": lock}, lock=lock))

    async with place.taking(3), place.workers():
        await asyncio.gather(*(caller(f"lock {n}", 100 * n) for n in range(6)))
        await until(lambda: _left(place))
    assert most == 1
    for n in range(6):
        mine = [number for number in place.ended if number // 100 == n]
        assert mine == list(range(100 * n, 100 * n + 25))


async def test_two_callers_for_one_lock_at_the_same_moment_never_both_begin(place: Place) -> None:
    async with place.taking():
        await asyncio.gather(*(place.add(number, lock="k") for number in range(8)))
        states = [status for status, _ in await place.rows()]
        assert states.count("doing") == 1
        assert states.count("todo") == 7


async def test_a_process_that_is_full_leaves_jobs_to_the_workers(place: Place) -> None:
    async with place.taking(2):
        await place.add(1)
        await place.add(2)
        await until(_have(place.begun, [1, 2]))
        await place.add(3)
        assert [status for status, _ in await place.rows()] == ["doing", "doing", "todo"]


async def test_the_jobs_of_a_process_that_died_are_given_back(place: Place) -> None:
    async with place.taking():
        await place.add(1)
        await until(_have(place.begun, [1]))
        async with await psycopg.AsyncConnection.connect(place.dsn, autocommit=True) as connection:
            await connection.execute(
                "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 h'"
            )
            assert await rescue(place.app) == 1
        assert [status for status, _ in await place.rows()] == ["todo"]


async def test_a_worker_that_was_thought_dead_takes_no_jobs_and_registers_again(place: Place) -> None:
    async with place.taking():
        before = place.queue.at_once.worker
        async with await psycopg.AsyncConnection.connect(place.dsn, autocommit=True) as connection:
            await connection.execute("DELETE FROM procrastinate_workers")
        await place.add(1)
        assert await place.rows() == [("todo", None)]

        async def is_new() -> bool:
            return place.queue.at_once.worker not in (None, before)

        await until(is_new)


async def test_a_job_that_fails_stays_as_failed_and_frees_its_lock(place: Place) -> None:
    async def broken() -> None:
        raise ValueError("no text of anybody here")

    place.app.task(name="broken")(broken)
    async with place.taking():
        async with place.database.transaction() as tx:
            await place.queue.add(tx, Job("broken", {}, lock="k"))

        async def has_failed() -> bool:
            return [status for status, _ in await place.rows()] == ["failed"]

        await until(has_failed)
        await place.add(1, lock="k")
        await until(_have(place.begun, [1]))


async def test_a_job_for_when_others_wait_is_queued_only_then(place: Place) -> None:
    async def add(number: int) -> None:
        async with place.database.transaction() as tx:
            first = Job("note", {"number": -number}, priority=10, if_others_wait=True)
            await place.queue.add(tx, first, Job("note", {"number": number}, lock="k"))

    async with place.taking():
        await add(1)
        await until(_have(place.begun, [1]))
        await add(2)
        await until(_have(place.begun, [1, -2]))
        assert [status for status, _ in await place.rows()] == ["doing", "todo", "doing"]


async def test_a_job_of_which_one_waits_is_not_added_twice(place: Place) -> None:
    """A backlog must not breed jobs: the one that waits does the work of all."""

    async def add_once(number: int) -> None:
        async with place.database.transaction() as tx:
            await place.queue.add(tx, Job("note", {"number": number}, lock="k", one_waits=True))

    for number in range(5):
        await add_once(number)
    assert await place.rows() == [("todo", None)]
    async with place.workers():
        await until(_have(place.begun, [0]))
        await add_once(5)  # the first has begun, and may have looked already
        await add_once(6)
        assert [status for status, _ in await place.rows()] == ["doing", "todo"]
        place.may_go_on.set()
        await until(_have(place.ended, [0, 5]))


async def test_a_waiting_job_sees_the_rows_of_a_caller_whose_job_it_took_over(place: Place) -> None:
    """No worker takes it between the caller's look at it and the caller's commit."""
    place.may_go_on.set()
    await place.add(1, lock="k")
    async with place.database.transaction() as tx:
        await place.queue.add(tx, Job("note", {"number": 2}, lock="k", one_waits=True))
        async with await psycopg.AsyncConnection.connect(place.dsn, autocommit=True) as other:
            taken = await other.execute("SELECT id FROM procrastinate_jobs FOR UPDATE SKIP LOCKED")
            assert await taken.fetchall() == []
    async with place.workers():
        await until(_have(place.ended, [1]))


async def test_a_waiting_job_becomes_as_urgent_as_the_one_it_stands_for(place: Place) -> None:
    """A crisis text goes before what waits, also behind an answer to the same client."""
    for priority in (5, 20, 5):
        async with place.database.transaction() as tx:
            await place.queue.add(tx, Job("note", {"number": 1}, lock="k", priority=priority, one_waits=True))
    async with await psycopg.AsyncConnection.connect(place.dsn, autocommit=True) as connection:
        rows = await (await connection.execute("SELECT priority FROM procrastinate_jobs")).fetchall()
    assert rows == [(20,)]
