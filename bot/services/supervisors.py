"""Tells supervisors that something needs a human, without a word of what it is about."""

from bot.domain.handoff import Handoff
from bot.domain.matching import is_eligible, is_refused
from bot.services.outbox import Unit
from bot.store import conversations, counselors


async def tell_supervisors(work: Unit, text_id: str, conversation_id: str) -> None:
    """An alert without content to every supervisor whom this client's needs do not exclude."""
    needs = await conversations.read_needs(work.tx, conversation_id)
    for counselor in await counselors.roster(work.tx):
        if counselor.supervisor and is_eligible(counselor, needs):
            await work.to_counselor(counselor, text_id)


async def tell_supervisors_of(work: Unit, text_id: str, handoff: Handoff) -> None:
    """Nobody could be asked, so a supervisor has to find a way. Also one who lacks a must hears it, and takes nothing;
    whom the client refused hears nothing."""
    if handoff.drill:
        return  # whoever began it reads what it showed
    needs = await conversations.read_needs(work.tx, handoff.conversation_id)
    for counselor in await counselors.roster(work.tx):
        if counselor.supervisor and not is_refused(counselor, needs):
            await work.to_counselor(counselor, text_id, handoff)
