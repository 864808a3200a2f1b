"""Takes a taken handoff from its counselor and lets it wait again, or asks the others at once."""

from bot.domain.conversation import Conversation, HeldBy
from bot.domain.handoff import Handoff
from bot.services.ladder import ask_again, fitting_now
from bot.services.outbox import Unit
from bot.services.supervisors import tell_supervisors_of
from bot.store import conversations, counselors, handoffs, ladder_records


async def give_back(work: Unit, conversation: Conversation, handoff: Handoff) -> None:
    """The conversation waits for a counselor again, and whoever takes it next must prove their first reply."""
    await handoffs.change(
        work.tx, handoff.id, state="offered", counselor_id=None, taken_at=None, first_reply_at=None, line=None
    )
    await conversations.change(work.tx, conversation.id, held_by=HeldBy.WAITING)
    now, before = work.context.clock.now(), handoff.counselor_id
    await ladder_records.record(work.tx, handoff, "given_back", now, counselor_id=before)


async def give_to_others(work: Unit, handoff: Handoff, text_id: str, text_if_nobody: str) -> None:
    """Everybody else who fits is asked, and the client is told the truth; with nobody to ask, supervisors are."""
    assert handoff.counselor_id is not None
    before = await counselors.read(work.tx, handoff.counselor_id)
    conversation = await conversations.lock(work.tx, handoff.conversation_id)
    await give_back(work, conversation, handoff)
    await handoffs.set_offer(work.tx, handoff.id, before.id, "passed")
    waiting = await handoffs.lock(work.tx, handoff.id)
    asked = await ask_again(work, waiting, await fitting_now(work, conversation.id))
    said = text_id if asked.count else text_if_nobody
    await work.to_client(conversation, said, handoff=handoff, name=before.name)
    await work.to_counselor(before, "no_longer_yours", handoff)
    if not asked.count:
        await tell_supervisors_of(work, "alert_nobody_fits", handoff)
