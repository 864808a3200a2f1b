"""Every failure has an honest outcome that a person is told of; what is kept is really kept."""

from dataclasses import replace

from bot.domain.needs import Needs
from bot.screen.verdict import FAILED
from bot.services.handoff import open_handoff
from bot.store import conversations, handoffs
from tests.conftest import World, until


async def _everybody_away(world: World) -> None:
    for phone in (world.maria, world.james, world.robin):
        await phone.says("AWAY")
        await phone.hears("You are away")


async def _conversation(world: World) -> str:
    async with world.service.context.database.transaction() as tx:
        return await conversations.find_or_create(tx, "phone-sms", "client-1")


async def test_a_request_made_while_nobody_is_on_duty_is_kept_for_days_and_then_asked(world: World) -> None:
    await _everybody_away(world)
    await world.client.says("hello")
    await world.client.hears("answer to")
    outcome = await open_handoff(world.service.context, await _conversation(world), None, Needs())
    assert outcome.state == "nobody_on_duty"
    for _ in range(12):
        world.clock.move(hours=3)
        await until(lambda: _next_step_is_due_later(world))
    assert await world.client.unheard() == []
    await world.maria.says("BACK")
    await world.maria.hears("New conversation waiting")


async def _next_step_is_due_later(world: World) -> bool:
    """The ladder's timer fired and set the next one: every open handoff has a next timed step."""
    from bot.store import timers

    async with world.service.context.database.transaction() as tx:
        (waiting,) = await handoffs.all_open(tx)
        due = [at for kind, at in await timers.pending(tx, str(waiting.id)) if kind.startswith("ladder")]
    return bool(due) and max(due) > world.clock.now()


async def test_in_a_crisis_with_nobody_on_duty_the_bot_pauses_and_tells_the_truth(world: World) -> None:
    await _everybody_away(world)
    await world.client.says("i want to kill myself tonight")
    assert "No counselor is on duty" in await world.client.hears("988")
    await world.client.says("what does it cost?")
    assert "No counselor is on duty right now" in await world.client.hears("kept for our counselors")
    assert world.dialogue.asked == []
    await world.robin.hears("A supervisor is needed")


async def test_a_message_that_cannot_be_processed_is_told_to_client_and_supervisor(world: World) -> None:
    def broken(_: object) -> list[object]:
        raise RuntimeError("a fault of ours")

    world.dialogue.answer = broken  # type: ignore[assignment]
    await world.client.says("hello")
    await world.client.hears("a part of me is not working")
    await world.robin.hears("could not be processed")


async def test_a_screen_that_fails_asks_directly_and_a_human_hears_of_it(world: World) -> None:
    class BrokenScreen:
        async def check(self, _text: str, _earlier: object = ()) -> object:
            return replace(FAILED)

        def reply_for(self, _verdict: object, _country: str | None) -> str:
            return "C2"

    world.service.context.screen = BrokenScreen()  # type: ignore[assignment]
    await world.client.says("hello")
    await world.client.hears("Are you thinking about killing yourself?")
    await world.robin.hears("safety screen failed")
    await world.client.says("hello again")
    await world.client.hears("Are you thinking about killing yourself?")
    assert await world.robin.unheard() == []
