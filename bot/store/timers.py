"""Queries on timers: what is due at a moment. They hold no lock; whoever fires one re-checks what it is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.store.database import Tx
from bot.store.tables import timer


@dataclass(frozen=True)
class Timer:
    id: int
    kind: str
    subject: str
    step: int


async def add(tx: Tx, *, key: str, kind: str, subject: str, due_at: datetime, step: int = 0) -> None:
    """Set a timer. The same key set again changes nothing."""
    await tx.run(
        insert(timer)
        .values(key=key, kind=kind, subject=subject, step=step, due_at=due_at)
        .on_conflict_do_nothing(index_elements=["key"])
    )


async def drop(tx: Tx, subject: str, kinds: Sequence[str], now: datetime) -> None:
    """Set a subject's timers of these kinds aside: something newer takes their place."""
    await tx.run(
        update(timer)
        .where(timer.c.subject == subject, timer.c.kind.in_(kinds), timer.c.done_at.is_(None))
        .values(done_at=now)
    )


FIRE_AGAIN_AFTER = timedelta(seconds=30)  # a timer whose job did not finish in this time is fired again


async def take_due(tx: Tx, now: datetime, limit: int = 100) -> list[int]:
    """The ids of the timers that are due, marked as fired; two processes never get the same one."""
    not_fired = or_(timer.c.fired_at.is_(None), timer.c.fired_at < now - FIRE_AGAIN_AFTER)
    due = (
        select(timer.c.id)
        .where(timer.c.done_at.is_(None), timer.c.due_at <= now, not_fired)
        .order_by(timer.c.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = await tx.rows(update(timer).where(timer.c.id.in_(due)).values(fired_at=now).returning(timer.c.id))
    return [row.id for row in rows]


async def read(tx: Tx, timer_id: int) -> Timer:
    row = (await tx.run(select(timer).where(timer.c.id == timer_id))).one()
    return Timer(row.id, row.kind, row.subject, row.step)


async def done(tx: Tx, timer_id: int, now: datetime) -> None:
    await tx.run(update(timer).where(timer.c.id == timer_id).values(done_at=now))


async def forget(tx: Tx, kind: str, subject: str, now: datetime) -> None:
    """Timers of this kind and subject that have not fired do nothing any more."""
    waiting = (timer.c.kind == kind, timer.c.subject == subject, timer.c.done_at.is_(None))
    await tx.run(update(timer).where(*waiting).values(done_at=now))


async def pending(tx: Tx, subject: str) -> list[tuple[str, datetime]]:
    """(kind, due) of every timer of a subject that is not done yet."""
    rows = await tx.rows(
        select(timer.c.kind, timer.c.due_at)
        .where(timer.c.subject == subject, timer.c.done_at.is_(None))
        .order_by(timer.c.due_at)
    )
    return [(row.kind, row.due_at) for row in rows]


async def bring_forward(tx: Tx, key: str, due_at: datetime) -> None:
    """Let this timer fire earlier, if it has not fired and is not done."""
    waiting = (timer.c.key == key, timer.c.done_at.is_(None), timer.c.fired_at.is_(None))
    await tx.run(update(timer).where(*waiting, timer.c.due_at > due_at).values(due_at=due_at))


async def end(tx: Tx, key: str, now: datetime) -> None:
    """What this timer waits for will not come: it does nothing any more."""
    await tx.run(update(timer).where(timer.c.key == key, timer.c.done_at.is_(None)).values(done_at=now))


async def waits(tx: Tx, key: str) -> bool:
    """Whether this timer is set and not done."""
    return await tx.one(select(timer.c.id).where(timer.c.key == key, timer.c.done_at.is_(None))) is not None
