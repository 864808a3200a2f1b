"""How a handoff ends: closed by a counselor, taken back by the client, or unanswered and said so."""

from bot.domain.conversation import Conversation, HeldBy
from bot.domain.handoff import Handoff
from bot.domain.matching import is_eligible
from bot.services.outbox import Unit
from bot.services.supervisors import tell_supervisors_of
from bot.store import conversations, counselors, handoffs, ladder_records


async def close_within(work: Unit, conversation: Conversation, handoff: Handoff, *, reason: str) -> None:
    """Close a handoff and give the conversation back to the bot, which starts afresh."""
    now = work.context.clock.now()
    await handoffs.change(work.tx, handoff.id, state="closed", closed_at=now, close_reason=reason)
    await ladder_records.record(work.tx, handoff, "closed", now, counselor_id=handoff.counselor_id)
    await conversations.change(
        work.tx, conversation.id, held_by=HeldBy.BOT, crisis_at=None, rasa_stale=True, last_holding_at=None
    )


async def end_unanswered(work: Unit, conversation: Conversation, handoff: Handoff) -> None:
    """The honest end: nobody took it, the person is told, supervisors too, and the bot answers again."""
    await tell_supervisors_of(work, "alert_nobody_fits", handoff)
    await work.to_client(conversation, "nobody_took_end", handoff=handoff)
    await close_within(work, conversation, handoff, reason="unanswered")


async def withdraw(work: Unit, conversation: Conversation) -> None:
    """The client takes the request back. An urgent one stays: only a human clears it."""
    handoff = await handoffs.open_of(work.tx, conversation.id)
    if handoff is None or not handoff.waiting or handoff.crisis:
        return
    await call_off_offers(work, conversation, handoff)
    await close_within(work, conversation, handoff, reason="withdrawn")


async def call_off_offers(work: Unit, conversation: Conversation, handoff: Handoff) -> None:
    """Everybody who was asked and may know of this client hears that there is nothing more to do."""
    needs = await conversations.read_needs(work.tx, conversation.id)
    for counselor_id, state in (await handoffs.offers_of(work.tx, handoff.id)).items():
        if state != "sent":
            continue
        await handoffs.set_offer(work.tx, handoff.id, counselor_id, "lapsed")
        counselor = await counselors.read(work.tx, counselor_id)
        if is_eligible(counselor, needs):
            await work.to_counselor(counselor, "withdrawn", handoff)
