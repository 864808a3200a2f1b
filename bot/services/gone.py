"""A counselor can no longer be reached: what was offered to them is offered on, what they held goes back to the ladder."""

from bot.domain.handoff import Handoff
from bot.services.context import Context
from bot.services.giving_back import give_to_others
from bot.services.ladder import advance_ladder
from bot.services.outbox import unit
from bot.store import conversations, counselors, handoffs


async def pass_on(context: Context, counselor_id: str) -> None:
    """Give on everything of a counselor who was revoked or said STOP. Again is harmless; who is back keeps theirs."""
    async with context.database.transaction() as tx:
        if (await counselors.read(tx, counselor_id)).on_staff:
            return
        held, offered = await handoffs.held_by(tx, counselor_id), await handoffs.offered_to(tx, counselor_id)
    for handoff in held:
        await _give_back(context, handoff, counselor_id)
    for handoff in offered:
        await _offer_on(context, handoff, counselor_id)


async def _give_back(context: Context, found: Handoff, counselor_id: str) -> None:
    async with unit(context) as work:
        await conversations.lock(work.tx, found.conversation_id)
        handoff = await handoffs.lock(work.tx, found.id)
        if handoff.state == "taken" and handoff.counselor_id == counselor_id:
            await give_to_others(work, handoff, "counselor_gone", "counselor_gone_nobody")


async def _offer_on(context: Context, handoff: Handoff, counselor_id: str) -> None:
    async with context.database.transaction() as tx:
        await handoffs.set_offer(tx, handoff.id, counselor_id, "lapsed")
        offers = await handoffs.offers_of(tx, handoff.id)
    if "sent" not in offers.values():
        await advance_ladder(context, handoff.id, handoff.step + 1, handoff.priority)
