"""Sends what is queued for one recipient, in order, crisis texts first. Decides what a failed send leads to."""

from datetime import timedelta

from bot.channels.base import Channel, OptedOut, OutcomeUnknown, SendError, Sent
from bot.domain.matching import is_eligible
from bot.services.consents import OPTED_OUT, keep_consent
from bot.services.context import Context
from bot.services.outbox import CRISIS_KINDS, Unit, unit
from bot.services.paging import page_operators
from bot.services.staff_phones import phone_is_closed
from bot.store import conversations, counselors, handoffs, messages, outgoing, timers
from bot.store.messages import Message
from bot.store.outgoing import Claimed

MOST_TRIES = 5
ARRIVES_WITHIN = timedelta(minutes=2)  # a crisis text, to the phone
MOST_IN_A_ROW = 50


async def deliver(
    context: Context, *, conversation_id: str | None = None, counselor_id: str | None = None
) -> None:
    """Send everything that is queued for a client or a counselor. Safe to call at any time, also twice."""
    for _ in range(MOST_IN_A_ROW):
        async with context.database.single() as tx:
            claimed = await outgoing.claim_next(
                tx, conversation_id=conversation_id, counselor_id=counselor_id, now=context.clock.now()
            )
        if claimed is None:
            return
        left = await _send(context, claimed)
        if left and claimed.is_last:
            return


async def _send(context: Context, claimed: Claimed) -> bool:
    """Send one message and keep what became of it. False when it may have to be sent again at once."""
    message, channel = claimed.message, context.channels[claimed.message.channel]
    if claimed.opted_out and message.kind != "consent":
        await _settle(context, message, "failed", "opted_out")  # nothing leaves but the one confirmation
    elif claimed.interrupted and not _may_repeat(message, channel):
        await _settle(context, message, "unknown", "interrupted")
    else:
        try:
            with context.traces.stage("send", message.reply_to or message.id):
                sent = await channel.send(
                    claimed.address, message.text, message.options, message.id, urgent=claimed.urgent
                )
        except SendError as error:
            await _failed(context, message, error)
            return False
        await _sent(context, message, sent)
    return True


def _may_repeat(message: Message, channel: Channel) -> bool:
    """After an unknown outcome only crisis texts go out again, once, unless the channel shows a repeat only once."""
    return channel.traits.repeatable or (message.kind in CRISIS_KINDS and message.attempts < 2)


async def _settle(context: Context, message: Message, status: str, code: str) -> None:
    async with context.database.single() as tx:
        await outgoing.move(tx, message.id, status, error_code=code)


async def _sent(context: Context, message: Message, sent: Sent) -> None:
    async with context.database.single() as tx:
        await outgoing.move(tx, message.id, sent.status, external_id=sent.external_id)
        if message.kind in CRISIS_KINDS and context.channels[message.channel].traits.confirms:
            due = context.clock.now() + ARRIVES_WITHIN
            await timers.add(
                tx, key=f"arrived:{message.id}", kind="arrived", subject=str(message.id), due_at=due
            )


async def not_arrived(context: Context, message_id: int) -> None:
    """A crisis text was accepted, and nothing has said since that it arrived: people are told (rules 4.9)."""
    async with unit(context) as work:
        message = await messages.find(work.tx, message_id)
        if message is not None and message.status in ("sent", "unknown"):
            await tell_not_delivered(work, message, "no receipt")


async def _failed(context: Context, message: Message, error: SendError) -> None:
    now = context.clock.now()
    async with unit(context) as work:
        tries = message.attempts + 1
        if isinstance(error, OutcomeUnknown):
            if message.kind in CRISIS_KINDS and tries < 2:
                await outgoing.try_again_at(work.tx, message.id, now, error.code)
                return
            await outgoing.move(work.tx, message.id, "unknown", error_code=error.code)
        elif error.retryable and tries < MOST_TRIES:
            await _later(work, message, tries, error)
            return
        else:
            await outgoing.move(work.tx, message.id, "failed", error_code=error.code)
        if isinstance(error, OptedOut):
            await mark_opted_out(work, message)
        if error.operator:
            await page_operators(work, error.code)
        await tell_not_delivered(work, message, error.code)


async def mark_opted_out(work: Unit, message: Message) -> None:
    """The provider says that this person opted out there: nothing more is sent until they opt in."""
    if message.counselor_id is not None:
        await phone_is_closed(work, message.counselor_id)
        return
    if message.conversation_id is None:
        return
    conversation = await conversations.lock(work.tx, message.conversation_id)
    if conversation.opted_out_at is None:
        now = work.context.clock.now()
        await conversations.change(work.tx, conversation.id, opted_out_at=now)
        await keep_consent(work, conversation, OPTED_OUT, how="the provider said so", actor="service")
        await outgoing.drop_unsent_answers(work.tx, conversation.id)


async def _later(work: Unit, message: Message, tries: int, error: SendError) -> None:
    due = work.context.clock.now() + timedelta(seconds=max(2**tries, error.after))
    await outgoing.try_again_at(work.tx, message.id, due, error.code)
    await timers.add(
        work.tx,
        key=f"resend:{message.id}:{tries}",
        kind="resend",
        subject=f"counselor:{message.counselor_id}"
        if message.counselor_id
        else f"client:{message.conversation_id}",
        due_at=due,
    )


async def tell_not_delivered(work: Unit, message: Message, code: str) -> None:
    """A client did not get a text: a counselor is told, when it was theirs or when it was a crisis text."""
    if message.counselor_id is not None or message.conversation_id is None:
        return
    handoff = await handoffs.open_of(work.tx, message.conversation_id)
    if handoff is None:
        return
    if message.author == "counselor" and handoff.counselor_id is not None:
        counselor = await counselors.read(work.tx, handoff.counselor_id)
        await work.to_counselor(counselor, "alert_not_delivered", handoff, code=code)
    elif message.kind in CRISIS_KINDS:
        needs = await conversations.read_needs(work.tx, message.conversation_id)
        for counselor in await counselors.roster(work.tx):
            concerned = counselor.id == handoff.counselor_id or counselor.supervisor
            if concerned and is_eligible(counselor, needs):
                await work.to_counselor(counselor, "alert_crisis_not_delivered", handoff, code=code)
