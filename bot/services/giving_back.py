"""Takes a taken handoff from its counselor and lets it wait again. Says nothing: its callers know why."""

from bot.domain.conversation import Conversation, HeldBy
from bot.domain.handoff import Handoff
from bot.services.outbox import Unit
from bot.store import conversations, handoffs


async def give_back(work: Unit, conversation: Conversation, handoff: Handoff) -> None:
    """The conversation waits for a counselor again, and whoever takes it next must prove their first reply."""
    await handoffs.change(
        work.tx, handoff.id, state="offered", counselor_id=None, taken_at=None, first_reply_at=None
    )
    await conversations.change(work.tx, conversation.id, held_by=HeldBy.WAITING)
