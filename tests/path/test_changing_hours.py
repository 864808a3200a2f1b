"""Hours, holidays and shifts are changed at the desk and in the terminal: checked, recorded, and true from then on."""

import re
from datetime import timedelta

from sqlalchemy import update

from bot.demonstration import STAFF
from bot.domain.needs import Needs
from bot.services import hours
from bot.services.handoff import open_handoff
from bot.services.hours import OPERATOR
from bot.store import audit, conversations, counselors
from bot.store.tables import counselor
from tests.conftest import World
from tests.desk_client import signed_in
from tests.path.test_handoffs import _ask_for_person

MARIA, JAMES, ROBIN = (person.id for person in STAFF)


async def _done(world: World) -> list[str]:
    async with world.service.context.database.transaction() as tx:
        return [e.what for e in await audit.entries(tx) if e.what.startswith(("hours:", "roster:"))]


async def test_a_supervisor_changes_hours_holidays_and_shifts_and_each_is_recorded(world: World) -> None:
    page = await signed_in(world, "Robin")
    day = (world.clock.now() + timedelta(days=3)).date().isoformat()
    await page.get("/desk/team")
    assert (
        await page.post("/desk/team/hours", week="mon-fri 09:00-17:00; sat 10:00-14:00")
    ).status_code == 200
    await page.post("/desk/team/closed", day=day)
    shown = (await page.get("/desk/team")).text
    assert 'value="mon-fri 09:00-17:00; sat 10:00-14:00"' in shown
    assert day in shown
    await page.post("/desk/team/reopened", day=day)
    place = {"duty": "mon 09:00-12:00", "on_call": "sun 00:00-24:00", "capacity": "5", "away": "yes"}
    await page.post(f"/desk/team/{JAMES}/place", **place)
    async with world.service.context.database.transaction() as tx:
        james = await counselors.read(tx, JAMES)
    assert (james.capacity, james.away) == (5, True)
    assert james.shifts is not None
    assert james.shifts.duty[0] == ((9 * 60, 12 * 60),)
    assert james.shifts.on_call[6] == ((0, 24 * 60),)
    assert await _done(world) == [
        "hours:week",
        "hours:closed_day",
        "hours:reopened_day",
        "roster:shifts",
        "roster:place",
    ]
    line = await hours.read_line(world.service.context)
    assert (line.set_here, line.closed) == (True, ())


async def test_what_cannot_be_read_changes_nothing_and_the_page_says_why(world: World) -> None:
    page = await signed_in(world, "Robin")
    await page.get("/desk/team")
    before = await hours.read_line(world.service.context)
    place = {"duty": "always", "on_call": "never", "capacity": "3"}
    for address, fields, words in (
        ("/desk/team/hours", {"week": "mon 17:00-09:00"}, "is no span"),
        ("/desk/team/closed", {"day": "yesterday"}, "is no date"),
        ("/desk/team/closed", {"day": "2020-01-01"}, "has passed"),
        ("/desk/team/reopened", {"day": "2031-01-01"}, "was not closed"),
        (f"/desk/team/{JAMES}/place", {**place, "capacity": "many"}, "a capacity is 1 to 50"),
        (f"/desk/team/{JAMES}/place", {**place, "duty": "someday"}, "is no day"),
    ):
        refused = await page.post(address, **fields)
        assert refused.status_code == 422, address
        assert words in refused.text
        assert "Nothing was changed" in refused.text
    assert await hours.read_line(world.service.context) == before
    assert await _done(world) == []
    assert (
        await page.post(f"/desk/team/{'0' * 8}-0000-0000-0000-{'0' * 12}/place", **place)
    ).status_code == 404


async def test_without_the_pages_own_token_and_for_a_counselor_nothing_is_changed(world: World) -> None:
    robin, maria = await signed_in(world, "Robin"), await signed_in(world, "Maria")
    await robin.get("/desk/team")
    robin.csrf = "0" * 64
    assert (await robin.post("/desk/team/hours", week="never")).status_code == 403
    shown = (await maria.get("/desk/team")).text
    assert "Change the hours" not in shown
    assert (await maria.post("/desk/team/hours", week="never")).status_code == 403
    assert (await maria.post(f"/desk/team/{JAMES}/place", capacity="1")).status_code == 403
    assert await _done(world) == []


async def test_an_operator_may_and_a_request_hears_of_the_new_hours(world: World) -> None:
    context = world.service.context
    async with context.database.transaction() as tx:
        await tx.run(update(counselor).where(counselor.c.id == MARIA).values(role="operator"))
    page = await signed_in(world, "Maria")
    await page.get("/desk/team")
    await page.post("/desk/team/hours", week="never")
    assert await _ask_for_person(world, world.client) == "nobody_on_duty"
    assert await world.james.texts() == []
    await page.post("/desk/team/hours", week="mon-sun 00:00-24:00")
    await world.james.hears("New conversation waiting")  # who waits is looked at again at once


async def test_in_the_terminal_the_same_counts_and_can_be_taken_back(world: World) -> None:
    context = world.service.context
    await hours.set_week(context, OPERATOR, "never")
    async with context.database.transaction() as tx:
        conversation_id = await conversations.find_or_create(tx, "phone-sms", "client-1")
    assert (await open_handoff(context, conversation_id, None, Needs())).state == "nobody_on_duty"
    await hours.reset_week(context, OPERATOR)
    assert not (await hours.read_line(context)).set_here
    await hours.set_shifts(context, OPERATOR, JAMES, "always", "mon 00:00-24:00")
    await hours.set_shifts(context, OPERATOR, JAMES, "never")
    async with context.database.transaction() as tx:
        shifts = (await counselors.read(tx, JAMES)).shifts
    assert shifts is not None
    assert not any(shifts.duty)
    assert shifts.on_call[0] == ((0, 24 * 60),)  # what was not named stays


def test_the_terminal_names_what_is_wrong_in_one_sentence() -> None:
    from typer.testing import CliRunner

    from bot.cli import app

    shown = CliRunner().invoke(app, ["hours", "--help"])
    for command in ("show", "set", "reset", "close", "reopen", "shifts"):
        assert re.search(rf"\b{command}\b", shown.output), command
