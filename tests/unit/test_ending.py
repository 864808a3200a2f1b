"""A task that swallows its cancellation is ended all the same."""

import asyncio
import contextlib

from bot.ending import ended


async def test_a_task_that_swallows_a_cancellation_is_cancelled_again() -> None:
    async def deaf_once() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await asyncio.Event().wait()

    task = asyncio.create_task(deaf_once())
    await asyncio.sleep(0)
    await ended(task, patience=0.01)
    assert task.cancelled()


async def test_what_has_ended_or_failed_is_let_go() -> None:
    async def fails() -> None:
        raise RuntimeError

    task = asyncio.create_task(fails())
    await asyncio.sleep(0)
    await ended(task)
    assert task.done()
