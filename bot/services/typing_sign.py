"""Shows that a counselor is writing: to the client where the channel can, and to colleagues who look on at the desk."""

from sqlalchemy import func, select

from bot.channels.base import SendError, ShowsTyping
from bot.services.context import Context
from bot.store import conversations, handoffs


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
