"""Each message is stored once, answered once, in order; what is interrupted goes on; nothing waits behind a timer."""

import asyncio
from datetime import timedelta

from sqlalchemy import func, select, update

from bot.channels.base import Incoming
from bot.services.context import BotReply
from bot.services.receive import receive_from_client
from bot.services.upkeep import adopt_orphans
from bot.store import messages, timers
from bot.store.tables import message
from tests.conftest import World, until


async def _count(world: World, *conditions: object) -> int:
    async with world.service.context.database.transaction() as tx:
        row = await tx.one(select(func.count().label("n")).select_from(message).where(*conditions))  # type: ignore[arg-type]
    assert row is not None
    return int(row.n)


async def test_a_message_delivered_twice_is_answered_once(world: World) -> None:
    incoming = Incoming("phone-sms", "client-1", "in:twice", "hello")
    first, *again = await asyncio.gather(
        *(receive_from_client(world.service.context, incoming) for _ in range(5))
    )
    assert sum(found is not None for found in (first, *again)) == 1
    await world.client.hears("answer to: hello")
    assert await _count(world, message.c.direction == "incoming") == 1
    assert len(world.dialogue.asked) == 1


async def test_five_quick_messages_are_answered_in_order(world: World) -> None:
    for number in range(5):
        await world.client.says(f"question number {number}")
    for number in range(5):
        assert await world.client.hears("question number") == f"answer to: question number {number}"


async def test_twenty_clients_at_once_each_hear_their_own_answers_in_order(world: World) -> None:
    phones = [world.phone((await world.service.phones.add_client("sms")).id) for _ in range(20)]

    async def talk(phone: object, name: int) -> None:
        for number in range(10):
            await phone.says(f"client {name} says {number}")  # type: ignore[attr-defined]

    await asyncio.gather(*(talk(phone, name) for name, phone in enumerate(phones)))
    for name, phone in enumerate(phones):
        heard = [await phone.hears("answer to", patience=60) for _ in range(10)]
        assert heard == [f"answer to: client {name} says {number}" for number in range(10)]
        assert await phone.unheard() == []


async def test_a_message_whose_job_was_lost_is_answered_before_what_came_after_it(world: World) -> None:
    """The database was away when it was to be handled; the next message does not overtake it."""
    await _without_a_job(world, "first words")
    await world.client.says("second words")
    await world.client.hears("answer to: second words")
    answers = [text.text for text in await world.client.texts() if text.text.startswith("answer")]
    assert answers == ["answer to: first words", "answer to: second words"]


async def test_a_message_whose_job_was_lost_is_found_and_answered(world: World) -> None:
    await _without_a_job(world, "is anybody there")
    await adopt_orphans(world.service.context)
    await world.client.hears("answer to: is anybody there")


async def _without_a_job(world: World, words: str) -> None:
    async with world.service.context.database.transaction() as tx:
        from bot.store import conversations

        conversation_id = await conversations.find_or_create(tx, "phone-sms", "client-1")
        message_id = await messages.add_incoming(
            tx,
            channel="phone-sms",
            external_id="in:lost",
            text=words,
            press=None,
            kind="text",
            conversation_id=conversation_id,
        )
        await tx.run(
            update(message)
            .where(message.c.id == message_id)
            .values(created_at=func.now() - timedelta(minutes=1))
        )


async def test_a_call_back_planned_for_tomorrow_does_not_hold_back_todays_messages(world: World) -> None:
    await world.client.says("hello")
    await world.client.hears("answer to: hello")
    async with world.service.context.database.transaction() as tx:
        due = world.clock.now() + timedelta(days=1)
        await timers.add(tx, key="tomorrow", kind="first_reply", subject="1", due_at=due)
    await world.client.says("and today?")
    await world.client.hears("answer to: and today?")
    async with world.service.context.database.transaction() as tx:
        assert [kind for kind, _ in await timers.pending(tx, "1")] == ["first_reply"]


async def test_an_answer_that_comes_after_a_counselor_took_over_is_not_sent(world: World) -> None:
    """The bot never talks over the human, not even with an answer it began to think of before."""
    thinking, asked = asyncio.Event(), asyncio.Event()

    async def slow_ask(**_: object) -> list[BotReply]:
        asked.set()
        await thinking.wait()
        return [BotReply("a late answer")]

    await world.client.says("i want to kill myself tonight")
    alert = await world.maria.hears("CRISIS")
    tag = alert.split("Case ")[1].split(".")[0]
    slow = type("Slow", (), {"ask": staticmethod(slow_ask)})()
    # the client of another conversation makes the bot think while Maria takes that conversation, too
    world.service.context.dialogue = slow
    other = world.phone("client-2")
    await other.says("what does it cost")
    await asked.wait()
    from bot.domain.conversation import HeldBy
    from bot.store import conversations

    async with world.service.context.database.transaction() as tx:
        conversation_id = await conversations.find_or_create(tx, "phone-sms", "client-2")
        await conversations.change(tx, conversation_id, held_by=HeldBy.COUNSELOR)
    thinking.set()

    async def superseded() -> bool:
        return await _count(world, message.c.outcome == "superseded") == 1

    await until(superseded)
    assert not any("late answer" in text for text in await other.unheard())
    assert tag
