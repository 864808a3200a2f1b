"""What somebody hears whom a staff line does not know: one neutral text, whatever they wrote.

A wrong, used or late token hears the same as "hello". Nothing they write is kept.
"""

from datetime import datetime

from bot.channels.base import Incoming, SendError
from bot.domain.enrolment import TOLD_A_DAY, TOLD_EVERY, TRIES, code_in
from bot.services.context import Context, Job
from bot.services.enrolment import check_number, claim
from bot.store import enrolments
from bot.store.database import Tx
from bot.store.enrolments import Stranger


async def meet_stranger(context: Context, tx: Tx, incoming: Incoming) -> None:
    """Somebody unknown texted a staff line: a code of ours begins their enrolment, anything else is neutral."""
    if incoming.kind not in ("blocked", "unblocked"):
        await _answer(context, tx, incoming.channel, incoming.address, code_in(incoming.text))


async def open_link(context: Context, channel: str, address: str, token: str) -> None:
    """Somebody opened an enrolment link in a private chat with the staff bot."""
    async with context.database.transaction() as tx:
        await _answer(context, tx, channel, address, token)


async def _answer(context: Context, tx: Tx, channel: str, address: str, token: str | None) -> None:
    now = context.clock.now()
    stranger = await enrolments.meet(tx, channel, address, now)
    args: dict[str, int] = {"stranger_id": stranger.id}
    if token is not None and stranger.tries < TRIES:
        claimed = await claim(tx, now, channel, address, token)
        if claimed is not None:
            await context.jobs.add(tx, Job("stranger", {**args, "enrolment_id": claimed.id}, priority=5))
            return
        await enrolments.note(tx, stranger.id, tried=True)
    if _may_be_told(stranger, now):
        await enrolments.note(tx, stranger.id, told_at=now)
        await context.jobs.add(tx, Job("stranger", args, priority=5))


def _may_be_told(stranger: Stranger, now: datetime) -> bool:
    rested = stranger.told_at is None or now - stranger.told_at >= TOLD_EVERY
    return rested and stranger.told < TOLD_A_DAY


async def answer_stranger(context: Context, stranger_id: int, enrolment_id: int | None = None) -> None:
    """Send the one text: the neutral one, or what to tell the operator. It is tried once; they can write again."""
    async with context.database.transaction() as tx:
        found = await enrolments.address_of_stranger(tx, stranger_id)
        number = check_number(tx, enrolment_id) if enrolment_id is not None else ""
    if found is None or found[0] not in context.channels:
        return
    text_id = "enrol_claimed" if number else "stranger"
    text, _ = context.texts.render(text_id, context.clinic, number=number)
    channel, address = found
    try:
        await context.channels[channel].send(address, text, (), 0)
    except SendError:
        return
