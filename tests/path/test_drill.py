"""A drill goes the real way to whoever is on duty, says that it is one, reaches no client, and ends by itself."""

import asyncio
from pathlib import Path

from sqlalchemy import text

from bot.app import build
from bot.cli_drill import run_drill
from bot.screen.screen import Screen
from bot.services import drill as drills_service
from bot.settings import Settings
from bot.store import audit, drills, handoffs, reports
from bot.store.embedded import EmbeddedPostgres
from bot.store.vault import vault_from
from tests.conftest import World, until
from tests.desk_client import signed_in
from tests.fakes import FakeDialogue
from tests.path.test_handoffs import MARIA, _id


async def _drilled(world: World, seconds: float = 20.0) -> "tuple[asyncio.Task[bool], list[str]]":
    said: list[str] = []
    context = world.service.context
    await until(lambda: _a_worker(world))
    return asyncio.create_task(run_drill(context, seconds, "an operator", said.append, 0.05)), said


async def _a_worker(world: World) -> bool:
    async with world.service.context.database.transaction() as tx:
        return await drills.somebody_works(tx)


async def test_a_drill_times_every_proof_and_tells_staff_that_it_is_one(world: World) -> None:
    task, said = await _drilled(world)
    alert = await world.maria.hears("Priority: CRISIS")
    assert alert.startswith("DRILL, no real client.")
    assert (await world.james.hears("Priority: CRISIS")).startswith("DRILL")
    tag = alert.split("Case ")[1].split(".")[0]
    await world.maria.says(f"TAKE {tag}")
    await world.maria.hears(f"DRILL, no real client. {tag} is yours")
    await world.maria.says(f"{tag} I am here")
    assert await task
    for what in ("queued", "handed over", "accepted", "delivered", "taken", "first reply", "Passed"):
        assert any(what in line for line in said), (what, said)
    await world.maria.hears("the drill is over")
    async with world.service.context.database.transaction() as tx:
        (ended,) = await audit.entries(tx, what="drill:end")
    assert ended.detail is not None
    assert ended.detail.startswith("asked=3 accepted=3 delivered=3 taken=")


async def test_a_drill_reaches_no_client_and_stands_in_no_report(world: World) -> None:
    task, _said = await _drilled(world, seconds=1.0)
    await world.maria.hears("DRILL")
    assert not await task  # nobody took it
    await world.maria.hears("no longer waiting")
    for name in ("client-1", "client-2", "client-3"):
        assert await world.phone(name).texts() == []
    async with world.service.context.database.transaction() as tx:
        assert await handoffs.all_open(tx) == []
        rows = await tx.rows(text("SELECT close_reason FROM handoff"))
        assert [row.close_reason for row in rows] == ["drill"]
        now = world.clock.now()
        since = now.replace(year=now.year - 1)
        assert await reports.by_priority(tx, since, now.replace(year=now.year + 1)) == {}


async def test_a_drill_wakes_nobody_who_is_away_and_says_when_nobody_is_there(world: World) -> None:
    for phone in (world.maria, world.james, world.robin):
        await phone.says("AWAY")
        await phone.hears("You are away")
    task, said = await _drilled(world, seconds=1.0)
    assert not await task
    assert any("nobody on duty or on call" in line for line in said)
    for phone in (world.maria, world.james, world.robin):
        assert await phone.unheard() == []


async def test_a_drill_ends_by_itself_when_whoever_began_it_is_gone(world: World) -> None:
    context = world.service.context
    await until(lambda: _a_worker(world))
    assert await drills_service.begin_drill(context, "an operator")
    alert = await world.maria.hears("Priority: CRISIS")
    tag = alert.split("Case ")[1].split(".")[0]
    desk = await signed_in(world, "Maria")
    assert "Drill, no real client" in (await desk.get("/desk")).text
    await world.maria.says(f"TAKE {tag}")
    await world.maria.hears("is yours")
    async with context.database.transaction() as tx:
        assert [one.tag for one in await handoffs.held_by(tx, _id(MARIA))] == [tag]
    world.clock.move(minutes=16)
    await world.maria.hears("the drill is over")
    async with context.database.transaction() as tx:
        assert await handoffs.all_open(tx) == []


async def test_without_a_worker_a_drill_does_nothing_and_says_so(
    postgres: EmbeddedPostgres, database_name: str, screen: Screen, tmp_path: Path
) -> None:
    service = build(
        Settings(data_dir=tmp_path),
        url=postgres.url_for("postgresql+psycopg", database_name),
        dsn=postgres.dsn_for(database_name),
        vault=vault_from(b"a key for tests only, 32 bytes.."),
        dialogue=FakeDialogue(),
        actions_secret="a secret for tests",
        screen=screen,
    )
    said: list[str] = []
    async with service.opened():
        assert not await run_drill(service.context, 5, "an operator", said.append)
        assert "no worker runs" in said[0]
        async with service.context.database.transaction() as tx:
            assert await tx.rows(text("SELECT id FROM message")) == []
