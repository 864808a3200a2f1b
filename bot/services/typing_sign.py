"""Shows that somebody is writing: a counselor, to the client and to colleagues at the desk, or Rasa, when it takes long.

Only where the channel can, and as a courtesy: a failure of it changes nothing.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import func, select

from bot.channels.base import SendError, ShowsTyping
from bot.ending import ended
from bot.services.context import Context
from bot.store import conversations, handoffs

MOMENT = 0.7  # seconds; an answer that takes no longer needs no sign
AGAIN = 4.5  # seconds; Telegram shows the sign for five


@asynccontextmanager
async def while_thinking(
    context: Context, conversation_id: str, channel_name: str, *, moment: float = MOMENT
) -> AsyncIterator[None]:
    """While the block takes longer than a moment the client sees that an answer is coming. It never waits for that."""
    channel = context.channels.get(channel_name)
    if not isinstance(channel, ShowsTyping):
        yield
        return
    sign = asyncio.create_task(_show_again_and_again(context, conversation_id, channel, moment))
    try:
        yield
    finally:
        await ended(sign, patience=0.1)


async def _show_again_and_again(
    context: Context, conversation_id: str, channel: ShowsTyping, moment: float
) -> None:
    await asyncio.sleep(moment)
    async with context.database.single() as tx:
        _, address = await conversations.address_of(tx, conversation_id)
    while True:
        await channel.show_typing(address)
        await asyncio.sleep(AGAIN)


async def is_writing(context: Context, counselor_id: str, handoff_id: int) -> bool:
    """Only for a conversation that this counselor holds, and never to somebody who opted out. Best effort."""
    async with context.database.transaction() as tx:
        handoff = await handoffs.read(tx, handoff_id)
        if handoff is None or handoff.state != "taken" or handoff.counselor_id != counselor_id:
            return False
        conversation = await conversations.read(tx, handoff.conversation_id)
        channel = context.channels.get(conversation.channel)
        _, address = await conversations.address_of(tx, conversation.id)
        await tx.run(select(func.pg_notify("warmline_changes", f"writing:{handoff_id}")))
    if conversation.opted_out_at is None and isinstance(channel, ShowsTyping):
        try:
            await channel.show_typing(address)
        except SendError:
            return False
    return True
