"""The sessions of the desk: who a token belongs to now, and how sessions end. Idle ones lock after 15 minutes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain import signing_in as rules
from bot.domain.access import Action
from bot.services.allowed import allow, recorded
from bot.services.context import Context
from bot.store import sessions

_NOTED_EVERY = timedelta(seconds=20)  # what was seen lately is not written again


@dataclass(frozen=True)
class Session:
    """Somebody who is signed in. `csrf` stands in every form of theirs."""

    id: int
    counselor_id: str
    name: str
    role: str
    csrf: str
    ends_at: datetime


async def session_of(context: Context, token: str, *, background: bool = False) -> Session | None:
    """Who is signed in with this token; None when nobody is any more. What a page asks by itself is no sign of life."""
    now = context.clock.now()
    async with context.database.transaction() as tx:
        kept = await sessions.find(tx, rules.hashed(token))
        if kept is None:
            return None
        if not kept.active or rules.is_over(kept.seen_at, kept.ends_at, now):
            await sessions.end(tx, kept.id)
            return None
        if not background and now - kept.seen_at > _NOTED_EVERY:
            await sessions.seen(tx, kept.id, now)
    return Session(kept.id, kept.counselor_id, kept.name, kept.role, rules.csrf_of(token), kept.ends_at)


async def end_session(context: Context, token: str) -> None:
    """End the session of this token, if there is one: who signs in again in the same browser has one, not two."""
    async with context.database.transaction() as tx:
        kept = await sessions.find(tx, rules.hashed(token))
        if kept is not None:
            await sessions.end(tx, kept.id)


async def sign_out(context: Context, session: Session) -> None:
    async with context.database.transaction() as tx:
        await sessions.end(tx, session.id)
        await recorded(tx, session.counselor_id, "signed_out")


async def sign_out_everywhere(context: Context, counselor_id: str, of: str) -> int:
    """End every session of one's own, or of somebody else. Raises NotAllowed. Returns how many ended."""
    async with context.database.transaction() as tx:
        if of != counselor_id:
            await allow(tx, counselor_id, Action.SIGN_OUT_OTHERS)
        ended = await sessions.end_all_of(tx, of)
        await recorded(tx, counselor_id, "signed_out_everywhere", f"of={of}")
        return ended
