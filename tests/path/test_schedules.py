"""Requests outside the hours: kept, asked about at the very opening, and said truthfully."""

from datetime import UTC, date, datetime, timedelta

from bot.domain.needs import Needs
from bot.services.handoff import open_handoff
from bot.store import closed_days, conversations, counselors
from tests.conftest import World
from tests.path.test_handoffs import _ask_for_person, _id


def _open_for_an_hour(world: World, ahead: timedelta) -> timedelta:
    """Shut now, and open once in the week, from a full hour at least so far ahead; how long until then."""
    clinic = world.service.context.clinic
    now = world.clock.now().astimezone(clinic.zone)
    opening = (now + ahead).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    day = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[opening.weekday()]
    week = {day: [f"{opening.hour:02}:00-{opening.hour + 1:02}:00"]}
    world.service.context.clinic = clinic.model_copy(update={"hours": week})
    return opening.astimezone(UTC) - now.astimezone(UTC)


async def test_a_request_long_before_the_opening_is_kept_and_asked_at_the_opening(world: World) -> None:
    wait = _open_for_an_hour(world, timedelta(hours=30))
    assert await _ask_for_person(world, world.client) == "nobody_on_duty"
    for _ in range(4):
        world.clock.move(hours=6)
        await world.client.says("are you still there?")
        await world.client.hears("answer to: are you still there?")  # the bot goes on answering meanwhile
    assert await world.maria.texts() == []
    world.clock.move(seconds=(wait - timedelta(hours=24)).total_seconds() + 60)
    await world.maria.hears("New conversation waiting")


async def test_on_a_holiday_the_line_is_shut_and_the_client_hears_when_it_opens(world: World) -> None:
    context = world.service.context
    today = datetime.now(context.clinic.zone).date()
    async with context.database.transaction() as tx:
        conversation_id = await conversations.find_or_create(tx, "phone-sms", "client-1")
        for day in (today, today + timedelta(days=1)):
            await closed_days.add(tx, date(day.year, day.month, day.day))
    outcome = await open_handoff(context, conversation_id, None, Needs())
    assert outcome.state == "nobody_on_duty"
    opening = today + timedelta(days=2)
    assert outcome.next_opening == f"on {opening:%A} at 12 AM"


async def test_in_a_crisis_who_is_on_call_is_asked_first_and_everybody_when_they_do_not_answer(
    world: World,
) -> None:
    context = world.service.context
    every_day = {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    context.clinic = context.clinic.model_copy(update={"hours": {}})
    async with context.database.transaction() as tx:
        await counselors.set_shifts(tx, _id("staff-james"), {"on_call": every_day})
    await world.client.says("i want to kill myself tonight")
    await world.james.hears("CRISIS")
    assert await world.maria.texts() == []
    world.clock.move(seconds=50)
    await world.maria.hears("CRISIS")
    await world.robin.hears("CRISIS")
