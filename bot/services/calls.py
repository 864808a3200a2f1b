"""Somebody calls the clients' number: where they are put through, and the one text after a call that nobody took.

A call needs no database: without one the caller hears the help lines and is put through to the clinic all the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.channels.base import Call
from bot.domain.contact import may_text_after_a_call
from bot.domain.conversation import Conversation
from bot.domain.country import country_of
from bot.domain.matching import eligible, is_eligible
from bot.domain.needs import EMPTY
from bot.services.context import Context
from bot.services.outbox import unit
from bot.services.reaching import situation
from bot.services.watch import watch_now
from bot.store import conversations, counselors, handoffs, outgoing, timers
from bot.store.database import Tx

CLIENTS, STAFF = "sms", "staff-sms"  # the channels whose addresses are phones
LONGEST_CALL = timedelta(hours=4)  # Twilio ends a call then; nothing heard of it by then counts as missed
SETTLES = timedelta(seconds=10)  # the news that somebody answered may come after the news that the call ended
TEXT_AGAIN_AFTER = timedelta(hours=24)
NORTH_AMERICA = ("US", "CA")


@dataclass(frozen=True)
class Caller:
    """What is known of who calls: what to say first, in which language, and whose phones to ring."""

    greeting: str
    language: str | None = None
    phones: Sequence[str] = ()


def greeting_for(context: Context, call: Call) -> str:
    """The first words, with the emergency numbers of the country that the caller's number shows."""
    country = country_of(CLIENTS, call.caller, context.clinic.country) if call.caller else None
    return "call_greeting" if country in (None, *NORTH_AMERICA) else "call_greeting_abroad"


async def call_came(context: Context, call: Call, *, ring_counselors: bool) -> Caller:
    """Note the call, once however often Twilio says so, and find who may take it.

    Until somebody is known to have answered it counts as missed.
    """
    now = context.clock.now()
    async with context.database.transaction() as tx:
        known = await conversations.find(tx, CLIENTS, call.caller) if call.caller else None
        conversation = None if known is None else await conversations.read(tx, known)
        await timers.add(
            tx, key=_key(call.id), kind="missed_call", subject=known or "", due_at=now + LONGEST_CALL
        )
        phones = await _phones(context, tx, conversation) if ring_counselors else []
    language = None if conversation is None else conversation.language
    return Caller(greeting_for(context, call), language, phones)


async def _phones(context: Context, tx: Tx, conversation: Conversation | None) -> list[str]:
    """The phones of counselors who may reach this caller and are there: who holds the conversation, else all of them."""
    needs = EMPTY if conversation is None else await conversations.read_needs(tx, conversation.id)
    handoff = None if conversation is None else await handoffs.open_of(tx, conversation.id)
    watch = await watch_now(context, tx)
    there = [
        c
        for c in await counselors.roster(tx)
        if c.channel == STAFF and (watch.on_duty(c) or watch.on_call(c))
    ]
    holding = [
        c for c in there if handoff is not None and c.id == handoff.counselor_id and is_eligible(c, needs)
    ]
    return [(await counselors.address_of(tx, c.id))[1] for c in holding or eligible(there, needs)]


async def call_answered(context: Context, call_id: str) -> None:
    """Somebody took it: no text follows."""
    async with context.database.single() as tx:
        await timers.end(tx, _key(call_id), context.clock.now())


async def call_ended(context: Context, call_id: str) -> None:
    """It is over. If nobody is known to have taken it a text may follow in a moment."""
    async with context.database.single() as tx:
        await timers.bring_forward(tx, _key(call_id), context.clock.now() + SETTLES)


async def was_missed(context: Context, call_id: str) -> bool:
    """Whether nobody has taken it so far."""
    async with context.database.single() as tx:
        return await timers.waits(tx, _key(call_id))


async def text_after_call(context: Context, conversation_id: str) -> None:
    """One neutral text to somebody whom nobody answered, if texting them is safe; whoever holds them is told."""
    if not conversation_id:
        return  # nobody ever wrote from that number, so nobody asked to be texted
    now = context.clock.now()
    async with unit(context, answering=True) as work:
        conversation = await conversations.lock(work.tx, conversation_id)
        handoff = await handoffs.open_of(work.tx, conversation_id)
        if handoff is not None and handoff.counselor_id is not None:
            holder = await counselors.read(work.tx, handoff.counselor_id)
            await work.to_counselor(holder, "alert_missed_call", handoff)
        last = await outgoing.last_of_kind(work.tx, conversation_id, ("missed_call",))
        rested = last is None or now - last >= TEXT_AGAIN_AFTER
        safe = may_text_after_a_call(conversation.contact, situation(context, conversation))
        if conversation.opted_out_at is None and conversation.gate is None and rested and safe:
            await work.to_client(conversation, "missed_call", kind="missed_call")


def _key(call_id: str) -> str:
    return f"missed_call:{call_id}"
