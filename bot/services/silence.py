"""A counselor who took a handoff and does not write: a nudge, then the others are asked again. Nobody is lost."""

from bot.domain.handoff import Handoff
from bot.services.context import Context
from bot.services.giving_back import give_back
from bot.services.ladder import ask_again, fitting_now
from bot.services.outbox import Unit, unit
from bot.services.supervisors import tell_supervisors_of
from bot.store import conversations, counselors, handoffs, timers


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
            await _give_to_others(work, handoff)
        else:
            await _nudge(work, handoff)


def _silent(handoff: Handoff) -> bool:
    return handoff.state == "taken" and handoff.first_reply_at is None


async def _nudge(work: Unit, handoff: Handoff) -> None:
    assert handoff.counselor_id is not None
    counselor = await counselors.read(work.tx, handoff.counselor_id)
    await work.to_counselor(counselor, "quiet_nudge", handoff)
    await timers.add(
        work.tx,
        key=f"nudged:{handoff.id}:{handoff.counselor_id}",
        kind="nudged",
        subject=str(handoff.id),
        due_at=work.context.clock.now() + work.context.ladder.of(handoff.priority).first_reply,
    )


async def _give_to_others(work: Unit, handoff: Handoff) -> None:
    assert handoff.counselor_id is not None
    silent = await counselors.read(work.tx, handoff.counselor_id)
    conversation = await conversations.lock(work.tx, handoff.conversation_id)
    await give_back(work, conversation, handoff)
    await handoffs.set_offer(work.tx, handoff.id, silent.id, "passed")
    waiting = await handoffs.lock(work.tx, handoff.id)
    asked = await ask_again(work, waiting, await fitting_now(work, conversation.id))
    text_id = "counselor_quiet" if asked.count else "counselor_quiet_nobody"
    await work.to_client(conversation, text_id, handoff=handoff, name=silent.name)
    await work.to_counselor(silent, "no_longer_yours", handoff)
    if not asked.count:
        await tell_supervisors_of(work, "alert_nobody_fits", handoff)
