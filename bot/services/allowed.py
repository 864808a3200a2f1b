"""Asks the one table of `domain/access.py` for every service of the desk, with the role as it is in this moment."""

from bot.domain.access import Action, may
from bot.domain.matching import Counselor
from bot.services.context import Context
from bot.store import audit, counselors
from bot.store.database import Tx


class NotAllowed(Exception):
    """This person's role does not allow what they asked for."""


async def allow(tx: Tx, counselor_id: str, action: Action) -> Counselor:
    """The person, if they may do this. Raises NotAllowed, also when they no longer work here."""
    person = await counselors.read(tx, counselor_id)
    if not person.active or not may(person.role, action):
        raise NotAllowed(action)
    return person


async def check(context: Context, counselor_id: str, action: Action) -> Counselor:
    """The same in a transaction of its own, before a service that opens its own."""
    async with context.database.transaction() as tx:
        return await allow(tx, counselor_id, action)


async def recorded(tx: Tx, counselor_id: str, what: str, detail: str | None = None) -> None:
    """Keep that somebody of the staff did something that concerns no single client."""
    await audit.record(tx, what, actor="counselor", actor_id=counselor_id, detail=detail)
