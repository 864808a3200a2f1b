"""The record of a medical emergency: who was told something about a client without consent, by whom, when, and why.

42 CFR 2.51(c) asks for exactly these, at once; whether contact was confirmed is the crisis lines' own rule (rules 2.2).
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from bot.domain.access import Action
from bot.domain.matching import is_eligible
from bot.services.allowed import allow, recorded
from bot.services.context import Context
from bot.store import audit, conversations, emergencies, handoffs
from bot.store.emergencies import Kept

LONGEST = 1_000  # characters of one field
_CLOCKS_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True)
class Disclosure:
    """The fields of 42 CFR 2.51(c), and whether somebody confirmed that help arrived."""

    recipient: str
    affiliation: str
    disclosed_by: str
    nature: str
    contact_confirmed: bool = False
    supervisor: str = ""


class Incomplete(ValueError):
    """A field is missing, too long or not possible; the text says which, for the person who fills it in."""


_NEEDED = {
    "recipient": "the name of the medical person who got the information",
    "affiliation": "the hospital or service they belong to",
    "disclosed_by": "the name of the person who gave the information",
    "nature": "the nature of the emergency",
}


async def record_emergency(
    context: Context, counselor_id: str, handoff_id: int, told: Disclosure, at: datetime
) -> bool:
    """Keep it. Raises Incomplete. False when the conversation is not this person's to see."""
    _complete(told, at, context.clock.now())
    async with context.database.transaction() as tx:
        me = await allow(tx, counselor_id, Action.DISCLOSE)
        handoff = await handoffs.read(tx, handoff_id)
        if handoff is None:
            return False
        needs = await conversations.read_needs(tx, handoff.conversation_id)
        if handoff.counselor_id != me.id and not (me.supervisor and is_eligible(me, needs)):
            return False
        await emergencies.add(tx, handoff, me.id, asdict(told), at)
        await audit.record(
            tx,
            "emergency_disclosure",
            actor="counselor",
            actor_id=me.id,
            conversation_id=handoff.conversation_id,
            handoff_id=handoff.id,
        )
        return True


def _complete(told: Disclosure, at: datetime, now: datetime) -> None:
    values = asdict(told)
    missing = [words for field, words in _NEEDED.items() if not values[field].strip()]
    if missing:
        raise Incomplete(f"Please add {', and '.join(missing)}.")
    if any(isinstance(value, str) and len(value) > LONGEST for value in values.values()):
        raise Incomplete(f"A field may have {LONGEST:,} characters.")
    if at > now + _CLOCKS_DIFFER:
        raise Incomplete("The time lies in the future. Please enter when it was told.")


async def emergencies_of(context: Context, counselor_id: str) -> list[Kept]:
    """Every one that was recorded, newest first, for who may see the audit. That they were read is recorded, too."""
    async with context.database.transaction() as tx:
        await allow(tx, counselor_id, Action.SEE_AUDIT)
        await recorded(tx, counselor_id, "read:emergencies")
        return await emergencies.newest(tx)
