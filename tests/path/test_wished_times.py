"""A time at which a client asked to be contacted: kept, honoured at that time, moved, taken back. Nobody is asked before."""

from datetime import UTC, datetime, timedelta

from bot.domain.contact import Contact
from bot.domain.needs import Needs
from bot.services.closing import withdraw
from bot.services.handoff import HandoffOutcome, open_handoff
from bot.services.outbox import unit
from bot.store import conversations, handoffs, held, timers
from tests.conftest import World, until

TOMORROW_AT_5 = "tomorrow at 5 PM (Chicago time)"


async def _on_a_tuesday_at_ten(world: World) -> str:
    """A client who may be texted wrote just now, on the clinic's clock. Returns their conversation."""
    zone = world.service.context.clinic.zone
    there = datetime.now(zone) + timedelta(days=1)
    tuesday = there + timedelta(days=(1 - there.weekday()) % 7)
    world.clock.moved = tuesday.replace(hour=10, minute=0, second=0) - datetime.now(UTC)
    await world.client.says("hello")
    await world.client.hears("answer to: hello")
    async with world.service.context.database.transaction() as tx:
        conversation_id = await conversations.find_or_create(tx, "phone-sms", "client-1")
        safe = Contact(safe="yes", said_at=world.clock.now())
        await conversations.write_contact(tx, conversation_id, safe)
    return conversation_id


def _wish(world: World, *, days: int, hour: int) -> str:
    local = world.clock.now().astimezone(world.service.context.clinic.zone)
    at = (local + timedelta(days=days)).replace(hour=hour, minute=0, second=0, microsecond=0)
    return f"{at.isoformat()}/{at.isoformat()}"


async def _asked_for(world: World, conversation_id: str, wish: str | None = None) -> HandoffOutcome:
    return await open_handoff(world.service.context, conversation_id, None, Needs(), wished=wish)


async def _staff_heard(world: World) -> list[str]:
    return [text.text for phone in (world.maria, world.james, world.robin) for text in await phone.texts()]


async def test_it_is_kept_and_honoured_with_a_neutral_question_first(world: World) -> None:
    conversation_id = await _on_a_tuesday_at_ten(world)
    outcome = await _asked_for(world, conversation_id, _wish(world, days=1, hour=17))
    assert (outcome.state, outcome.next_opening) == ("scheduled", TOMORROW_AT_5)
    world.clock.move(hours=30)
    await world.client.says("what can i ask meanwhile")
    await world.client.hears("answer to: what can i ask meanwhile")  # the bot goes on answering
    assert await _staff_heard(world) == []
    world.clock.move(hours=1, minutes=2)
    tag = (await world.maria.hears("New conversation waiting")).split("Case ")[1].split(".")[0]
    await world.client.hears(
        "It is the time you asked for"
    )  # they wrote within the last hours: no question first
    await world.maria.says(f"TAKE {tag}")
    await world.client.hears("Maria, a counselor, has joined")


async def test_later_moves_it_by_a_day_and_calls_off_who_was_asked(world: World) -> None:
    conversation_id = await _on_a_tuesday_at_ten(world)
    await _asked_for(world, conversation_id, _wish(world, days=1, hour=17))
    world.clock.move(hours=31, minutes=1)
    tag = (await world.maria.hears("New conversation waiting")).split("Case ")[1].split(".")[0]
    assert await world.client.hears("following up") == (
        "Hi, following up as you asked. Is now OK? Reply 1 = ok, 2 = later."
    )
    await world.client.says("2")
    await world.client.hears("I'll ask again tomorrow at 5:01 PM")
    await world.maria.hears("no longer waiting")
    assert not any("time you asked for" in text for text in await world.client.unheard())
    world.clock.move(hours=24, minutes=1)
    await world.maria.hears(f"Case {tag}")
    await world.client.hears("Is now OK?")
    await world.client.says("1")
    await world.client.hears("It is the time you asked for")


async def test_another_time_replaces_it_now_brings_it_forward_and_taken_back_is_gone(world: World) -> None:
    conversation_id = await _on_a_tuesday_at_ten(world)
    await _asked_for(world, conversation_id, _wish(world, days=1, hour=17))
    moved = await _asked_for(world, conversation_id, _wish(world, days=2, hour=11))
    assert (moved.state, moved.next_opening) == ("scheduled", "on Thursday at 11 AM (Chicago time)")
    async with world.service.context.database.transaction() as tx:
        (kept,) = await handoffs.all_open(tx)
        assert [kind for kind, _ in await timers.pending(tx, str(kept.id))] == ["ladder_normal"]
    assert await _staff_heard(world) == []
    assert (await _asked_for(world, conversation_id)).state == "offered"
    await world.maria.hears("New conversation waiting")
    await _asked_for(world, conversation_id, _wish(world, days=1, hour=17))
    await world.maria.hears("no longer waiting")
    async with unit(world.service.context) as work:
        await withdraw(work, await conversations.lock(work.tx, conversation_id))
    heard = len(await _staff_heard(world))
    world.clock.move(hours=40)
    await world.client.says("still here")
    await world.client.hears("answer to: still here")
    assert len(await _staff_heard(world)) == heard


async def test_who_is_not_to_be_texted_is_sent_nothing_at_that_time(world: World) -> None:
    """What they said about texting them counts, also when it was said after the time was named."""
    conversation_id = await _on_a_tuesday_at_ten(world)
    await _asked_for(world, conversation_id, _wish(world, days=1, hour=17))
    async with world.service.context.database.transaction() as tx:
        no = Contact(safe="no", said_at=world.clock.now())
        await conversations.write_contact(tx, conversation_id, no)
    before = len(await world.client.texts())
    world.clock.move(hours=31, minutes=1)
    await world.maria.hears("New conversation waiting")

    async def is_kept() -> bool:
        async with world.service.context.database.transaction() as tx:
            return await held.are_there(tx, conversation_id)

    await until(is_kept)
    assert len(await world.client.texts()) == before
