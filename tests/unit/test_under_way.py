"""A closing client waits for its calls, and not for ever."""

import asyncio

from bot.channels.under_way import UnderWay


async def test_closing_waits_until_the_calls_that_began_have_ended() -> None:
    calls, ended = UnderWay(), []

    async def one() -> None:
        with calls.one():
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            ended.append("the call")

    task = asyncio.create_task(one())
    await asyncio.sleep(0)
    await calls.over()
    assert ended == ["the call"]
    await task


async def test_closing_does_not_wait_for_a_call_that_never_ends() -> None:
    calls = UnderWay()
    with calls.one():
        await calls.over(patience=0)
    await calls.over()
