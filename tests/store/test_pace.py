"""Two processes that send to the same chats keep to one pace together, and an urgent text waits behind no ordinary one."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest
from sqlalchemy import text

from bot.channels.telegram_pace import MustWait, SharedPace
from bot.store import pace
from bot.store.database import Database
from bot.store.embedded import EmbeddedPostgres
from bot.store.vault import vault_from

PER_CHAT, BETWEEN = 0.03, 0.004  # seconds; the rule is the same at any size
KEY = b"a key for tests only, 32 bytes.."


@pytest.fixture
async def two(postgres: EmbeddedPostgres, database_name: str) -> AsyncIterator[tuple[Database, Database]]:
    """Two processes' pools on one database."""
    url = postgres.url_for("postgresql+psycopg", database_name)
    first, second = Database(url, vault_from(KEY)), Database(url, vault_from(KEY))
    yield first, second
    await first.close()
    await second.close()


async def _sends(database: Database, chats: list[int], turns: list[tuple[int, float]]) -> None:
    """One process that sends to these chats, one after the other, and keeps when each text may leave."""
    for chat in chats:
        while True:
            async with database.single() as tx:
                key, lane = b"chat %d" % chat, b"all"
                turn = await pace.take(tx, key, lane, per_chat=PER_CHAT, between=BETWEEN)
                if turn.granted and turn.wait:
                    await pace.hold(tx, key, turn.wait + PER_CHAT)
            if turn.granted:
                turns.append((chat, turn.at))
                break
            await asyncio.sleep(turn.wait)


@pytest.mark.parametrize("seed", range(3))
async def test_two_processes_together_keep_the_pace_of_each_chat_and_of_all(
    two: tuple[Database, Database], seed: int
) -> None:
    rng = random.Random(seed)
    orders = [[rng.randrange(4) for _ in range(rng.randint(8, 12))] for _ in range(4)]
    turns: list[tuple[int, float]] = []
    await asyncio.gather(*(_sends(two[n % 2], chats, turns) for n, chats in enumerate(orders)))
    assert len(turns) == sum(map(len, orders))
    moments = sorted(at for _, at in turns)
    assert min(b - a for a, b in pairwise(moments)) >= BETWEEN - 1e-6
    for chat in range(4):
        own = sorted(at for to, at in turns if to == chat)
        assert all(b - a >= PER_CHAT - 1e-6 for a, b in pairwise(own))


async def test_one_process_waits_for_what_the_other_has_sent_and_an_urgent_text_for_no_other_chat(
    two: tuple[Database, Database],
) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        async with two[0].single() as tx:  # time passes for the database
            await tx.run(
                text("UPDATE pace SET free_at = free_at - make_interval(secs => :s)"), {"s": seconds}
            )

    first, second = SharedPace(two[0], "telegram", sleep=sleep), SharedPace(two[1], "telegram", sleep=sleep)
    await first.turn("5550142")
    await second.turn("5550142")
    assert slept[0] == pytest.approx(1.0, abs=0.2)
    slept.clear()
    for number in range(20):
        async with two[number % 2].single() as tx:
            await pace.take(tx, b"%d" % number, b"all" + b"telegram", per_chat=1.0, between=1.0)
    await second.turn("5550143", urgent=True)
    assert sum(slept) < 0.3
    await first.turn("5550144")
    assert sum(slept) > 5  # an ordinary one stands in line
    await first.hold("5550145", 60)
    with pytest.raises(MustWait) as waits:
        await second.turn("5550145")
    assert 50 < waits.value.seconds <= 60


async def test_what_holds_nothing_up_any_more_is_forgotten_and_no_chat_is_readable(
    two: tuple[Database, Database],
) -> None:
    await SharedPace(two[0], "telegram").turn("5550142")
    async with two[0].single() as tx:
        rows = await tx.rows(text("SELECT key FROM pace"))
        assert not any(b"5550142" in bytes(row.key) for row in rows)
        await tx.run(text("UPDATE pace SET free_at = free_at - interval '1 hour'"))
        assert await pace.forget(tx) == 2


async def test_while_the_database_is_away_a_process_keeps_its_own_pace(
    two: tuple[Database, Database],
) -> None:
    alone = SharedPace(two[0], "telegram")
    async with two[1].single() as tx:
        await tx.run(text("ALTER TABLE pace RENAME TO pace_away"))
    begun = time.monotonic()
    await alone.turn("5550142")
    await alone.turn("5550142")
    assert time.monotonic() - begun >= 0.9
