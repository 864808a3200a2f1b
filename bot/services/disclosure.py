"""The first-message text: who answers here, and that it is no person (rules 4.4, 2.7)."""

from bot.domain.conversation import Conversation
from bot.services.consents import TOLD, keep_consent
from bot.services.outbox import Unit
from bot.store import conversations


async def disclose(work: Unit, conversation: Conversation) -> bool:
    """Queue C1 when this person was not told yet, or not within seven days. True when it was queued."""
    now = work.context.clock.now()
    if conversation.opted_out_at is not None or not conversation.needs_disclosure(now):
        return False
    told = await work.to_client(conversation, "C1", kind="disclosure")
    await keep_consent(work, conversation, TOLD, how="they wrote first", shown=("C1", told), actor="service")
    await conversations.change(work.tx, conversation.id, disclosed_at=now)
    return True
