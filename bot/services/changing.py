"""What a client needs may change at any time: it counts at once, for who was asked and for who is on."""

from bot.domain.conversation import Conversation
from bot.domain.handoff import Handoff
from bot.domain.matching import is_eligible
from bot.domain.needs import Needs, merge
from bot.domain.other_counselor import other_needs, wants_someone_else
from bot.services.giving_back import give_to_others
from bot.services.ladder import ask_from, fitting_now
from bot.services.loosening import tell_nobody_fits
from bot.services.outbox import Unit
from bot.store import conversations, counselors, handoffs
from bot.store.messages import Message


async def changed_by(work: Unit, conversation: Conversation, message: Message) -> bool:
    """Whether a client's text changed who may be their counselor, and it was acted on. Asks for no reason."""
    handoff = await handoffs.open_of(work.tx, conversation.id)
    if handoff is None or message.press is not None:
        return False
    needs = await conversations.read_needs(work.tx, conversation.id)
    if handoff.counselor_id is not None and wants_someone_else(message.text):
        changed = merge(needs, Needs(never=(f"counselor:{handoff.counselor_id}",)))
    else:
        names = {c.name: c.id for c in await counselors.roster(work.tx)}
        stated = other_needs(message.text, names)
        if stated is None:
            return False
        changed = merge(needs, stated)
    return await apply_needs(work, conversation, handoff, changed, reply_to=message.id)


async def apply_needs(
    work: Unit, conversation: Conversation, handoff: Handoff, needs: Needs, *, reply_to: int | None
) -> bool:
    """Keep the needs. True when the client was told what follows; False when who is on may stay, and reads on."""
    held = handoff.counselor_id is not None
    fits = await keep_needs(work, conversation, needs)
    if held:
        return not fits
    if fits:
        await work.to_client(conversation, "needs_changed", reply_to=reply_to)
    else:
        await tell_nobody_fits(work, conversation, needs, reply_to=reply_to)
    return True


async def keep_needs(work: Unit, conversation: Conversation, needs: Needs) -> bool:
    """Keep the needs, and hold an open handoff to them at once: who no longer fits is no longer asked, and holds nothing.

    True when who holds it may stay, or when somebody on the roster fits.
    """
    await conversations.write_needs(work.tx, conversation.id, needs)
    handoff = await handoffs.open_of(work.tx, conversation.id)
    if handoff is None:
        return True
    if handoff.counselor_id is not None:
        holder = await counselors.read(work.tx, handoff.counselor_id)
        if is_eligible(holder, needs):
            return True
        await give_to_others(work, handoff, "someone_else", "someone_else_nobody")
        return False
    fitting = await fitting_now(work, conversation.id)
    if not await _call_off_unfit(work, handoff, needs) and not handoff.wished:
        await ask_from(work, handoff, fitting, step=max(handoff.step, 0))
    return bool(fitting)


async def _call_off_unfit(work: Unit, handoff: Handoff, needs: Needs) -> int:
    """Who was asked and no longer fits has nothing more to do. Returns how many are still asked."""
    left = 0
    for counselor_id, state in (await handoffs.offers_of(work.tx, handoff.id)).items():
        counselor = await counselors.read(work.tx, counselor_id)
        if state == "sent" and is_eligible(counselor, needs):
            left += 1
        elif state == "sent":
            await handoffs.set_offer(work.tx, handoff.id, counselor_id, "lapsed")
            await work.to_counselor(counselor, "withdrawn", handoff)
    return left
