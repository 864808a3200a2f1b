"""What is done at the desk: take, pass, reply, note, close. The same services as on the phone, behind the role's check."""

from bot.domain.access import Action
from bot.domain.handoff import WRAP_UPS
from bot.services import taking
from bot.services.allowed import check
from bot.services.context import Context
from bot.services.relay import relay_to_client
from bot.services.taking import Said, told
from bot.services.transfer import transfer_to
from bot.store import handoffs


async def take(context: Context, counselor_id: str, handoff_id: int) -> Said:
    tag = await _tag(context, counselor_id, handoff_id)
    return await taking.take_handoff(context, counselor_id, tag)


async def pass_on(context: Context, counselor_id: str, handoff_id: int) -> Said:
    tag = await _tag(context, counselor_id, handoff_id)
    return await taking.pass_handoff(context, counselor_id, tag)


async def reply(context: Context, counselor_id: str, handoff_id: int, text: str) -> Said:
    tag = await _tag(context, counselor_id, handoff_id)
    return await relay_to_client(context, counselor_id, tag, text)


async def note(context: Context, counselor_id: str, handoff_id: int, text: str) -> Said:
    tag = await _tag(context, counselor_id, handoff_id)
    return await taking.note_on(context, counselor_id, tag, text)


async def transfer(
    context: Context, counselor_id: str, handoff_id: int, colleague_id: str | None, words: str
) -> Said:
    """Pass on what one holds: to one eligible colleague, or, with None, to everybody else who fits."""
    tag = await _tag(context, counselor_id, handoff_id)
    return await transfer_to(context, counselor_id, tag, colleague_id, words)


async def close(context: Context, counselor_id: str, handoff_id: int, reason: str) -> Said:
    """Close with how it ended; a reason that nobody knows closes nothing."""
    tag = await _tag(context, counselor_id, handoff_id)
    if reason not in WRAP_UPS:
        return Said(False, told(context, "which_reason", tag=tag))
    return await taking.close_handoff(context, counselor_id, tag, reason)


async def _tag(context: Context, counselor_id: str, handoff_id: int) -> str:
    """The tag of an open handoff, "-" for any other: no case has it, so nothing is done and nothing is said of it."""
    await check(context, counselor_id, Action.ANSWER)
    async with context.database.transaction() as tx:
        handoff = await handoffs.read(tx, handoff_id)
    return handoff.tag if handoff and handoff.state != "closed" else "-"
