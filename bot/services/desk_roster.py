"""Who works here and when, and who read what: the desk's two views of its own people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.access import Action, may
from bot.domain.matching import Counselor
from bot.domain.shifts import Watch
from bot.services.allowed import allow, recorded
from bot.services.context import Context
from bot.services.watch import watch_now
from bot.store import audit, counselors, sessions
from bot.store.audit import Entry


@dataclass(frozen=True)
class Member:
    """Somebody on the roster, now. `seen_at`: their sessions at the desk, only for who may end them."""

    person: Counselor
    on_duty: bool
    on_call: bool
    seen_at: Sequence[datetime]


@dataclass(frozen=True)
class Roster:
    """Everybody, and the line's hours."""

    members: Sequence[Member]
    watch: Watch


async def roster(context: Context, counselor_id: str) -> Roster:
    """Raises NotAllowed."""
    async with context.database.transaction() as tx:
        me = await allow(tx, counselor_id, Action.SEE_ROSTER)
        people = sorted(await counselors.roster(tx), key=lambda p: p.name.casefold())
        watch = await watch_now(context, tx)
        shown = may(me.role, Action.SIGN_OUT_OTHERS)
        seen = await sessions.counts(tx, context.clock.now()) if shown else {}
    return Roster(
        [Member(p, watch.on_duty(p), watch.on_call(p), sorted(seen.get(p.id, ()))) for p in people], watch
    )


class UnknownMember(LookupError):
    """Nobody on the roster has this id."""


async def member(context: Context, counselor_id: str, staff_id: str) -> Counselor:
    """Somebody on the roster, for who may change it. Raises NotAllowed, UnknownMember."""
    async with context.database.transaction() as tx:
        await allow(tx, counselor_id, Action.CHANGE_HOURS)
        found = await counselors.find(tx, staff_id.lower())
    if found is None or not found.active:
        raise UnknownMember
    return found


@dataclass(frozen=True)
class Record:
    """A part of the audit, newest first, with the names of who works here."""

    entries: Sequence[Entry]
    names: dict[str, str]


async def record(
    context: Context,
    counselor_id: str,
    *,
    of: str = "",
    what: str = "",
    limit: int = 200,
    exported: bool = False,
) -> Record:
    """Who did and read what. That it was read or exported is recorded, too. Raises NotAllowed."""
    async with context.database.transaction() as tx:
        await allow(tx, counselor_id, Action.SEE_AUDIT)
        found = await audit.entries(tx, actor_id=of or None, what=what or None, limit=limit)
        names = {person.id: person.name for person in await counselors.roster(tx)}
        await recorded(tx, counselor_id, "export:audit" if exported else "read:audit")
    return Record(list(reversed(found)), names)
