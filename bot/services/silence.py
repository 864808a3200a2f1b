"""A counselor who took a handoff and does not write: a nudge, then the others are asked again. Nobody is lost."""

from bot.domain.handoff import Handoff
from bot.services.context import Context
from bot.services.giving_back import give_to_others
from bot.services.outbox import Unit, unit
from bot.store import conversations, counselors, handoffs, ladder_records, timers


async def first_reply_missing(context: Context, handoff_id: int, nudged: bool) -> None:
    """The proof "first reply" is missing: nudge once; the next time, offer the conversation to the others."""
    async with context.database.transaction() as tx:
        found = await handoffs.read(tx, handoff_id)
    if found is None or not _silent(found):
        return
    async with unit(context) as work:
        await conversations.lock(work.tx, found.conversation_id)
        handoff = await handoffs.lock(work.tx, handoff_id)
        if not _silent(handoff) or handoff.counselor_id != found.counselor_id:
            return
        if nudged:
            await give_to_others(work, handoff, "counselor_quiet", "counselor_quiet_nobody")
        else:
            await _nudge(work, handoff)


def _silent(handoff: Handoff) -> bool:
    return handoff.state == "taken" and handoff.first_reply_at is None


async def _nudge(work: Unit, handoff: Handoff) -> None:
    assert handoff.counselor_id is not None
    counselor = await counselors.read(work.tx, handoff.counselor_id)
    await work.to_counselor(counselor, "quiet_nudge", handoff)
    now = work.context.clock.now()
    await ladder_records.record(work.tx, handoff, "nudged", now, counselor_id=counselor.id)
    await timers.add(
        work.tx,
        key=f"nudged:{handoff.id}:{handoff.counselor_id}:{work.context.clock.now().timestamp():.3f}",
        kind="nudged",
        subject=str(handoff.id),
        due_at=work.context.clock.now() + work.context.ladder.of(handoff.priority).first_reply,
    )
