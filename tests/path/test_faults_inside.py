"""Faults that no kill shows: a full disk, a clock that jumps, a screen that is missing, work that fails.

docs/reference/failure-modes.md says what each leads to.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from bench.fuzz.judge import Planted, watched_logs
from bot.domain.needs import Needs
from bot.services.context import BotReply
from bot.services.handoff import open_handoff
from bot.services.upkeep import give_up_on
from bot.store import conversations
from bot.store.lookups import settle_lookups
from bot.store.vault import CannotOpen, vault_from
from tests.conftest import World, until
from tests.desk_client import signed_in

DANGER = "i am going to kill myself tonight"


async def _run(world: World, *statements: str) -> None:
    async with world.service.context.database.transaction() as tx:
        for statement in statements:
            await tx.run(text(statement))


@asynccontextmanager
async def full_disk(world: World, table: str = "message") -> AsyncIterator[None]:
    """PostgreSQL's own error when the disk is full (53100), at every new row of a table."""
    await _run(
        world,
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$",
        f"CREATE TRIGGER full_disk BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION full_disk()",
    )
    try:
        yield
    finally:
        await _run(world, f"DROP TRIGGER full_disk ON {table}", "DROP FUNCTION full_disk()")


async def test_a_disk_that_fills_up_in_the_middle_of_a_turn_loses_no_message(world: World) -> None:
    async with full_disk(world, "turn"):
        await world.client.says("hello there")
        await until(lambda: _count(world, "SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'"))
    world.clock.move(seconds=6)  # then a message without a job gets a new one
    await world.client.hears("answer to: hello there")
    async with full_disk(world, "turn"):
        await world.client.says(DANGER)
        await world.client.hears("988")  # help needs no turn


async def _count(world: World, statement: str) -> int:
    async with world.service.context.database.single() as tx:
        return int((await tx.run(text(statement))).scalar_one())


async def test_the_desk_says_one_sentence_while_the_disk_is_full_and_nothing_of_the_fault(
    world: World,
) -> None:
    await world.client.says(DANGER)
    await world.robin.hears("CRISIS")
    desk = await signed_in(world, "Robin")
    await desk.get("/desk/handoffs/1")
    await desk.post("/desk/handoffs/1/take")
    calm = httpx.ASGITransport(world.service.pages, raise_app_exceptions=False, client=("127.0.0.1", 4711))
    async with (
        full_disk(world, "note"),
        httpx.AsyncClient(transport=calm, base_url="http://127.0.0.1", cookies=desk.http.cookies) as http,
    ):
        answer = await http.post("/desk/handoffs/1/note", data={"csrf": desk.csrf, "text": "words"})
    assert (answer.status_code, answer.text) == (
        503,
        "Something on our side did not work. Please try again in a moment.",
    )
    assert (await desk.post("/desk/handoffs/1/note", text="words")).status_code == 200


async def test_a_log_that_cannot_be_written_stops_nobody(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "warmline.log").symlink_to("/dev/full")
    with watched_logs(Planted(content=("quagga",)), tmp_path) as lines:
        world.dialogue.answer = _breaks
        await world.client.says("hello quagga")
        await world.client.hears("a part of me is not working")  # it failed, it was logged, and it was said
        await world.client.says(DANGER)
        await world.client.hears("988")
    assert lines.count > 0
    assert not lines.wrong
    assert "quagga" not in capsys.readouterr().err


def _breaks(_: dict[str, Any]) -> list[BotReply]:
    raise RuntimeError("words of a client")


@pytest.mark.parametrize("jump", [timedelta(days=1), timedelta(days=-1)])
async def test_a_clock_that_jumps_leaves_nobody_without_an_answer_or_help(
    world: World, jump: timedelta
) -> None:
    await world.client.says("first")
    await world.client.hears("answer to: first")
    world.clock.moved += jump
    await world.client.says("second")
    await world.client.hears("answer to: second")
    await world.client.says(DANGER)
    await world.client.hears("988")
    tag = (await world.robin.hears("CRISIS")).split("Case ")[1].split(".")[0]
    await world.robin.says(f"TAKE {tag}")
    await world.client.hears("Robin, a counselor, has joined")
    await world.robin.says("I am here.")
    await world.client.hears("Robin: I am here.")


async def test_a_counselors_text_that_cannot_be_processed_is_said_so_to_them(world: World) -> None:
    await world.maria.says("WHO")
    await until(
        lambda: _count(
            world, "SELECT count(*) FROM message WHERE author = 'counselor' OR counselor_id IS NOT NULL"
        )
    )
    await _run(
        world,
        "UPDATE message SET handled_at = NULL WHERE direction = 'incoming' AND counselor_id IS NOT NULL",
    )
    async with world.service.context.database.single() as tx:
        found = (await tx.run(text("SELECT max(id) FROM message WHERE direction = 'incoming'"))).scalar_one()
    await give_up_on(world.service.context, int(found))
    await world.maria.hears(
        world.service.context.texts.render("staff_failed", world.service.context.clinic)[0][:30]
    )


async def test_a_crisis_with_nobody_who_fits_gets_help_at_once_and_supervisors_hear_of_it(
    world: World,
) -> None:
    async with world.service.context.database.transaction() as tx:
        found = await conversations.find_or_create(tx, "phone-sms", world.client.id)
        await conversations.write_needs(tx, found, Needs(must=("language:xx",)))
    await world.client.says(DANGER)
    await world.client.hears("988")
    heard = await world.robin.hears()
    assert "kill" not in heard
    assert "client" not in heard


async def test_with_another_master_key_nothing_starts_and_what_is_stored_stays(world: World) -> None:
    url = world.service.context.database.engine.url.render_as_string(hide_password=False)
    ours, theirs = (
        vault_from(b"the key of this installation...."),
        vault_from(b"the key of another installation."),
    )
    await asyncio.to_thread(settle_lookups, url, ours)
    with pytest.raises(CannotOpen):
        await asyncio.to_thread(settle_lookups, url, theirs)
    await asyncio.to_thread(settle_lookups, url, ours)  # the right key again: all is as before


async def test_a_late_action_of_a_turn_that_was_given_up_does_nothing(world: World) -> None:
    world.dialogue.down = True
    await world.client.says("I need a person")
    await world.client.hears("a part of me is not working")
    async with world.service.context.database.single() as tx:
        turn, found = (await tx.run(text("SELECT id, conversation_id FROM turn"))).one()
    outcome = await open_handoff(world.service.context, str(found), str(turn), Needs())
    assert outcome.state == "turn_given_up"
    assert await _count(world, "SELECT count(*) FROM handoff") == 0
