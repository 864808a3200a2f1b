"""The bell: every listener hears each name once, however often it rang, and none holds up a stop."""

import asyncio

from bot.web.bell import Bell
from bot.web.events import event_stream


async def settle() -> None:
    """Let every task that can run do so."""
    for _ in range(5):
        await asyncio.sleep(0)


async def heard_by(bell: Bell) -> list[str]:
    return [name async for name in bell.listen()]


async def test_every_listener_hears_each_name_and_a_burst_once() -> None:
    bell = Bell()
    one, two = asyncio.create_task(heard_by(bell)), asyncio.create_task(heard_by(bell))
    await settle()
    for name in ("c1", "c1", "c2", "c1"):
        bell.ring(name)
    await settle()
    bell.ring("c3")
    await settle()
    bell.close()
    assert await one == ["c1", "c2", "c3"]
    assert await two == ["c1", "c2", "c3"]


async def test_a_closed_bell_ends_those_who_come_late() -> None:
    bell = Bell()
    bell.close()
    assert await heard_by(bell) == []


async def test_a_silent_stream_still_shows_that_it_lives_and_leaves_no_listener_behind() -> None:
    bell = Bell()
    stream = event_stream(bell.listen(), lambda name: {"name": name}, every=0.01).body_iterator
    assert await anext(stream) == "retry: 2000\n\n"
    assert await anext(stream) == ": still here\n\n"
    bell.ring("c1")
    assert await anext(stream) == 'event: changed\ndata: {"name": "c1"}\n\n'
    assert bell.listeners == 1
    await stream.aclose()  # type: ignore[union-attr]
    assert bell.listeners == 0
