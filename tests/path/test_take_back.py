"""A client takes a request back: nobody is asked any more, and only an open turn may do it."""

from typing import Any

from actions.services_port import ServiceHandoffs
from bot.domain.needs import Needs
from bot.services.context import BotReply, Context
from bot.services.handoff import open_handoff
from bot.store import conversations, handoffs
from tests.conftest import World


class TakesBack:
    """A dialogue in which every message takes the request back."""

    def __init__(self, context: Context) -> None:
        self._port = ServiceHandoffs(context)

    async def ask(self, **asked: Any) -> list[BotReply]:
        taken = await self._port.take_back(asked["conversation_id"], str(asked["turn_id"]))
        return [BotReply(f"taken back: {taken}")]


async def _request_at_night(world: World) -> str:
    """A request that is kept while nobody is on duty; the bot goes on answering."""
    for phone in (world.maria, world.james, world.robin):
        await phone.says("AWAY")
        await phone.hears("You are away")
    await world.client.says("hello")
    await world.client.hears("answer to: hello")
    async with world.service.context.database.transaction() as tx:
        conversation_id = await conversations.find_or_create(tx, "phone-sms", world.client.id)
    outcome = await open_handoff(world.service.context, conversation_id, None, Needs())
    assert outcome.state == "nobody_on_duty"
    return conversation_id


async def test_a_request_that_waits_is_taken_back_once(world: World) -> None:
    conversation_id = await _request_at_night(world)
    world.service.context.dialogue = TakesBack(world.service.context)
    await world.client.says("never mind")
    await world.client.hears("taken back: True")
    await world.client.says("never mind")
    await world.client.hears("taken back: False")
    async with world.service.context.database.transaction() as tx:
        assert await handoffs.open_of(tx, conversation_id) is None


async def test_a_turn_that_is_over_takes_nothing_back(world: World) -> None:
    conversation_id = await _request_at_night(world)
    over = str(world.dialogue.asked[-1]["turn_id"])
    assert not await ServiceHandoffs(world.service.context).take_back(conversation_id, over)
    async with world.service.context.database.transaction() as tx:
        assert await handoffs.open_of(tx, conversation_id) is not None
