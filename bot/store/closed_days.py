"""Queries on the days on which the line is shut: holidays and the like."""

from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from bot.store.database import Tx
from bot.store.tables import closed_day


async def read(tx: Tx) -> frozenset[date]:
    return frozenset(row.day for row in await tx.rows(select(closed_day.c.day)))


async def add(tx: Tx, day: date) -> None:
    await tx.run(insert(closed_day).values(day=day).on_conflict_do_nothing())


async def remove(tx: Tx, day: date) -> bool:
    """False when the line was not shut on that day anyway."""
    gone = await tx.run(delete(closed_day).where(closed_day.c.day == day))
    return gone.rowcount == 1
