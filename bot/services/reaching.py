"""Decides, for every text that answers nothing, whether it may go now; keeps it and prepares the way if not."""

from bot.domain.contact import Reach, Situation, needs_word, next_time, reach
from bot.domain.conversation import Conversation
from bot.services.context import Context
from bot.store import conversations, held, timers
from bot.store.database import Tx


def situation(context: Context, conversation: Conversation) -> Situation:
    return Situation(
        context.clock.now(),
        conversation.last_incoming_at,
        conversation.verified_at,
        conversation.parked_at is not None,
        context.clinic.zone,
    )


def way_for(context: Context, conversation: Conversation, *, of_counselor: bool) -> Reach:
    """What happens with a text to this client now. What is kept already keeps what comes after it, too."""
    at = situation(context, conversation)
    way = reach(conversation.contact, at)
    if way is Reach.SEND and of_counselor and needs_word(conversation.contact, at):
        way = Reach.WORD
    return Reach.HOLD if way is Reach.SEND and conversation.gate is not None else way


async def keep(context: Context, tx: Tx, conversation: Conversation, *, of_bot: bool) -> None:
    """A text is about to be kept: of the bot's notices only the newest is; and plan when to knock."""
    if of_bot:
        await held.supersede_notices(tx, conversation.id)
    if conversation.gate is None:
        await conversations.change(tx, conversation.id, gate="held")
    due = next_time(conversation.contact, situation(context, conversation))
    if due is not None and conversation.gate is None:
        await timers.add(
            tx,
            key=f"knock:{conversation.id}:{due.timestamp():.0f}",
            kind="knock",
            subject=conversation.id,
            due_at=due,
        )
