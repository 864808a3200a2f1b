"""A client takes a request for a person back. An urgent one stays: only a human clears it."""

from bot.services.closing import withdraw
from bot.services.context import Context
from bot.services.outbox import unit
from bot.store import conversations, handoffs, turns


async def take_back_request(context: Context, conversation_id: str, turn_id: str) -> bool:
    """Withdraw a handoff that nobody has taken. False when there was none, or the turn was given up."""
    async with unit(context) as work:
        conversation = await conversations.lock(work.tx, conversation_id)
        if not await turns.is_open(work.tx, int(turn_id), conversation_id):
            return False
        before = await handoffs.open_of(work.tx, conversation_id)
        await withdraw(work, conversation)
        return before is not None and await handoffs.open_of(work.tx, conversation_id) is None
