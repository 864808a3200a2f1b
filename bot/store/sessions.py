"""Queries on the sessions of the desk. A session is found by the hash of its token; the token is kept nowhere."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.store.database import Tx
from bot.store.desk_tables import staff_session
from bot.store.tables import counselor


@dataclass(frozen=True)
class Kept:
    """One session as it is kept, with who it belongs to as they are now."""

    id: int
    counselor_id: str
    name: str
    role: str
    active: bool
    began_at: datetime
    seen_at: datetime
    ends_at: datetime


_FIND = select(staff_session, counselor.c.name, counselor.c.role, counselor.c.active).join(
    counselor, counselor.c.id == staff_session.c.counselor_id
)


async def begin(tx: Tx, token_hash: bytes, counselor_id: str, now: datetime, ends_at: datetime) -> None:
    await tx.run(
        insert(staff_session).values(
            token_hash=token_hash, counselor_id=counselor_id, began_at=now, seen_at=now, ends_at=ends_at
        )
    )


async def find(tx: Tx, token_hash: bytes) -> Kept | None:
    row = await tx.one(_FIND.where(staff_session.c.token_hash == token_hash))
    if row is None:
        return None
    return Kept(
        row.id,
        row.counselor_id,
        tx.vault.open(row.name, "counselor.name"),
        row.role,
        row.active,
        row.began_at,
        row.seen_at,
        row.ends_at,
    )


async def seen(tx: Tx, session_id: int, now: datetime) -> None:
    await tx.run(update(staff_session).where(staff_session.c.id == session_id).values(seen_at=now))


async def end(tx: Tx, session_id: int) -> None:
    await tx.run(delete(staff_session).where(staff_session.c.id == session_id))


async def end_all_of(tx: Tx, counselor_id: str) -> int:
    gone = await tx.run(delete(staff_session).where(staff_session.c.counselor_id == counselor_id))
    return int(gone.rowcount)


async def counts(tx: Tx, now: datetime) -> dict[str, list[datetime]]:
    """Counselor id -> when each of their sessions was last used."""
    rows = await tx.rows(
        select(staff_session.c.counselor_id, staff_session.c.seen_at).where(staff_session.c.ends_at > now)
    )
    found: dict[str, list[datetime]] = {}
    for row in rows:
        found.setdefault(row.counselor_id, []).append(row.seen_at)
    return found


async def purge(tx: Tx, now: datetime) -> None:
    await tx.run(delete(staff_session).where(staff_session.c.ends_at < now))
