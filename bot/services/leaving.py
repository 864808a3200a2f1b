"""EXIT: one neutral text, then silence until the client writes again; on channels that can, the texts disappear."""

from datetime import timedelta

from bot.channels.base import Forgetting
from bot.domain.conversation import Conversation
from bot.services.context import Context
from bot.services.outbox import Unit
from bot.store import conversations, counselors, handoffs, held, outgoing, timers
from bot.store.messages import Message

CAN_BE_DELETED = timedelta(hours=48)  # Telegram, Bot API "deleteMessages": not what is older


async def leave(work: Unit, conversation: Conversation, message: Message) -> None:
    """Park the conversation. A request for a person stays open; whoever holds it hears that nothing arrives now."""
    now = work.context.clock.now()
    deletes = work.context.channels[conversation.channel].traits.deletes
    await outgoing.drop_unsent_answers(work.tx, conversation.id)
    await held.hold_unsent(work.tx, conversation.id)
    await conversations.offer_options(work.tx, conversation.id, None, ())
    await work.to_client(conversation, "exit_deleting" if deletes else "exit", kind="consent")
    await conversations.change(work.tx, conversation.id, parked_at=now, gate="held", rasa_stale=True)
    if deletes:
        await timers.add(
            work.tx,
            key=f"wipe:{message.id}",
            kind="wipe",
            subject=conversation.id,
            step=message.id,
            due_at=now,
        )
    handoff = await handoffs.open_of(work.tx, conversation.id)
    if handoff is not None and handoff.counselor_id is not None:
        counselor = await counselors.read(work.tx, handoff.counselor_id)
        await work.to_counselor(counselor, "client_exited", handoff)


async def wipe(context: Context, conversation_id: str, last_id: int) -> None:
    """Take the texts of the last two days off the client's phone. Raises SendError: then it is tried again."""
    async with context.database.transaction() as tx:
        channel_name, address = await conversations.address_of(tx, conversation_id)
        ids = await held.shown(tx, conversation_id, last_id, context.clock.now() - CAN_BE_DELETED)
    channel = context.channels[channel_name]
    if isinstance(channel, Forgetting):
        for external_id in ids:
            await channel.forget(address, external_id)
