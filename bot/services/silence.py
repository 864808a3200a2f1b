"""A counselor who took a handoff and does not write: a nudge, then the others are asked again. Nobody is lost."""

from bot.domain.conversation import HeldBy
from bot.domain.handoff import Handoff
from bot.domain.matching import eligible
from bot.services.context import Context
from bot.services.handoff import ask_again
from bot.services.outbox import Unit, unit
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
        due_at=work.context.clock.now() + work.context.ladder.first_reply,
    )


async def _give_to_others(work: Unit, handoff: Handoff) -> None:
    assert handoff.counselor_id is not None
    silent = await counselors.read(work.tx, handoff.counselor_id)
    conversation = await conversations.lock(work.tx, handoff.conversation_id)
    await handoffs.change(work.tx, handoff.id, state="offered", counselor_id=None, taken_at=None)
    await handoffs.set_offer(work.tx, handoff.id, silent.id, "passed")
    await conversations.change(work.tx, conversation.id, held_by=HeldBy.WAITING)
    await work.to_client(conversation, "counselor_quiet", handoff=handoff, name=silent.name)
    waiting = await handoffs.lock(work.tx, handoff.id)
    fitting = eligible(
        await counselors.roster(work.tx), await conversations.read_needs(work.tx, conversation.id)
    )
    await ask_again(work, waiting, fitting)
