"""Looks at every incoming text for danger, before and without Rasa, and stores one verdict for each."""

import asyncio
from datetime import timedelta

from bot.screen.verdict import Verdict
from bot.services.context import Context
from bot.services.crisis import respond_to_crisis
from bot.services.outbox import unit
from bot.store import conversations, messages, verdicts
from bot.store.messages import Message

ONE_THOUGHT = timedelta(seconds=60)  # several quick texts may be one thought (rules 4.8)


async def ensure_verdict(context: Context, message_id: int) -> Verdict:
    """The verdict on a message: the stored one, or made now. A crisis is answered before this returns."""
    running = context.screening.get(message_id)
    if running is None:
        running = asyncio.create_task(_screen(context, message_id))
        context.screening[message_id] = running
        running.add_done_callback(lambda _: context.screening.pop(message_id, None))
    return await asyncio.shield(running)


async def _screen(context: Context, message_id: int) -> Verdict:
    async with context.database.transaction() as tx:
        stored = await verdicts.read(tx, message_id)
        if stored is not None:
            return stored
        message = await messages.read(tx, message_id)
        assert message.conversation_id is not None
        earlier = await messages.earlier_texts(
            tx, message.conversation_id, message_id, message.created_at - ONE_THOUGHT
        )
    found = await context.screen.check(message.text, earlier)
    return await _store(context, message, found)


async def _store(context: Context, message: Message, found: Verdict) -> Verdict:
    assert message.conversation_id is not None
    async with unit(context) as work:
        if found.level == "crisis":
            conversation = await conversations.lock(work.tx, message.conversation_id)
        if not await verdicts.add(work.tx, message.id, found):
            return await verdicts.read(work.tx, message.id) or found
        if found.level == "crisis":
            await respond_to_crisis(work, conversation, message, found)
    return found
