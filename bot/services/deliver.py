"""Sends what is queued for one recipient, in order, crisis texts first. Decides what a failed send leads to."""

from dataclasses import dataclass
from datetime import timedelta

from bot.channels.base import Channel, OutcomeUnknown, SendError, Sent
from bot.domain.matching import is_eligible
from bot.services.context import Context
from bot.services.outbox import Unit, unit
from bot.store import conversations, counselors, handoffs, messages, timers
from bot.store.database import Tx
from bot.store.messages import Message

MOST_TRIES = 5
MOST_IN_A_ROW = 50


@dataclass(frozen=True)
class Ready:
    """One message about to leave, with the way it takes."""

    message: Message
    channel: Channel
    address: str


async def deliver(
    context: Context, *, conversation_id: str | None = None, counselor_id: str | None = None
) -> None:
    """Send everything that is queued for a client or a counselor. Safe to call at any time, also twice."""
    for _ in range(MOST_IN_A_ROW):
        ready = await _next(context, conversation_id, counselor_id)
        if ready is None:
            return
        try:
            sent = await ready.channel.send(
                ready.address, ready.message.text, ready.message.options, ready.message.id
            )
        except SendError as error:
            await _failed(context, ready.message, error)
        else:
            await _sent(context, ready.message, sent)


async def _next(context: Context, conversation_id: str | None, counselor_id: str | None) -> Ready | None:
    """Claim the next message. What an interrupted process left half-sent is settled on the way."""
    while True:
        async with unit(context) as work:
            message = await messages.next_to_send(
                work.tx, conversation_id=conversation_id, counselor_id=counselor_id, now=context.clock.now()
            )
            if message is None:
                return None
            channel = context.channels[message.channel]
            if await _must_not_leave(work.tx, message):
                await messages.move(
                    work.tx, message.id, "failed", error_code="opted_out"
                )
                continue
            if message.status == "sending" and not _may_repeat(message, channel):
                await messages.move(
                    work.tx, message.id, "unknown", error_code="interrupted"
                )
                continue
            await messages.mark_sending(work.tx, message.id)
            return Ready(message, channel, await _address(work.tx, message))


def _may_repeat(message: Message, channel: Channel) -> bool:
    """After an unknown outcome only crisis texts go out again, once, unless the channel shows a repeat only once."""
    return channel.traits.repeatable or (message.kind == "crisis" and message.attempts < 2)


async def _must_not_leave(tx: Tx, message: Message) -> bool:
    """A client who opted out gets nothing any more but the one confirmation."""
    if message.counselor_id is not None or message.conversation_id is None or message.kind == "consent":
        return False
    return (await conversations.read(tx, message.conversation_id)).opted_out_at is not None


async def _address(tx: Tx, message: Message) -> str:
    if message.counselor_id is not None:
        return (await counselors.address_of(tx, message.counselor_id))[1]
    assert message.conversation_id is not None
    return (await conversations.address_of(tx, message.conversation_id))[1]


async def _sent(context: Context, message: Message, sent: Sent) -> None:
    async with context.database.transaction() as tx:
        await messages.move(tx, message.id, sent.status, external_id=sent.external_id)


async def _failed(context: Context, message: Message, error: SendError) -> None:
    now = context.clock.now()
    async with unit(context) as work:
        tries = message.attempts + 1
        if isinstance(error, OutcomeUnknown):
            if message.kind == "crisis" and tries < 2:
                await messages.try_again_at(work.tx, message.id, now, error.code)
                return
            await messages.move(work.tx, message.id, "unknown", error_code=error.code)
        elif error.retryable and tries < MOST_TRIES:
            await _later(work, message, tries, error.code)
            return
        else:
            await messages.move(work.tx, message.id, "failed", error_code=error.code)
        await tell_not_delivered(work, message, error.code)


async def _later(work: Unit, message: Message, tries: int, code: str) -> None:
    due = work.context.clock.now() + timedelta(seconds=2**tries)
    await messages.try_again_at(work.tx, message.id, due, code)
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
    elif message.kind == "crisis":
        needs = await conversations.read_needs(work.tx, message.conversation_id)
        for counselor in await counselors.roster(work.tx):
            concerned = counselor.id == handoff.counselor_id or counselor.supervisor
            if concerned and is_eligible(counselor, needs):
                await work.to_counselor(counselor, "alert_crisis_not_delivered", handoff, code=code)
