"""Applies what a provider says later about a text it accepted: moves it forward, never back, and tells who must know."""

from bot.channels.base import Receipt
from bot.services.context import Context
from bot.services.deliver import mark_opted_out, tell_not_delivered
from bot.services.filtered import say_plainer
from bot.services.outbox import CRISIS_KINDS, Unit, deliver_job, unit
from bot.services.paging import page_operators
from bot.store import messages, outgoing, timers
from bot.store.messages import Message

FAILED = ("undelivered", "failed")


async def apply_receipt(context: Context, receipt: Receipt) -> bool:
    """Apply one receipt. False when it changes nothing: unknown, repeated, or older than what is known."""
    async with unit(context) as work:
        message = await _message_of(work, receipt)
        if message is None or message.direction != "outgoing" or message.channel != receipt.channel:
            return False
        if receipt.status in FAILED:
            return await _failed(work, message, receipt)
        if not receipt.last:
            return False  # the first of two texts: the message has arrived when the second has
        return await outgoing.move(work.tx, message.id, receipt.status, external_id=receipt.external_id)


async def _message_of(work: Unit, receipt: Receipt) -> Message | None:
    if receipt.message_id is not None:
        return await messages.find(work.tx, receipt.message_id)
    message_id = await outgoing.with_external_id(work.tx, receipt.channel, receipt.external_id)
    return None if message_id is None else await messages.read(work.tx, message_id)


async def _failed(work: Unit, message: Message, receipt: Receipt) -> bool:
    code = receipt.code or receipt.status
    moved = await outgoing.move(
        work.tx, message.id, receipt.status, external_id=receipt.external_id, error_code=code
    )
    if not moved and not (
        not receipt.last and await outgoing.note_half_lost(work.tx, message.id, receipt.status, code)
    ):
        return False
    if receipt.opted_out:
        await mark_opted_out(work, message)
    if receipt.operator:
        await page_operators(work, code)
    if receipt.filtered:
        await say_plainer(work, message)
    again = receipt.again_after is not None and message.attempts < 2
    if again and receipt.again_after is not None:
        await timers.add(
            work.tx,
            key=f"send_again:{message.id}",
            kind="send_again",
            subject=str(message.id),
            due_at=work.context.clock.now() + receipt.again_after,
        )
    if not again or message.kind in CRISIS_KINDS:
        await tell_not_delivered(work, message, code)
    return True


async def send_again(context: Context, message_id: int) -> None:
    """Once more, when its time has come, what a phone out of reach did not get. Nothing else waits for it."""
    async with context.database.transaction() as tx:
        if await outgoing.queue_again(tx, message_id):
            message = await messages.read(tx, message_id)
            await context.jobs.add(tx, deliver_job(message.conversation_id, message.counselor_id))
