"""Queries on when the line is open: the week that somebody set, and the days on which it is shut, such as holidays."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from bot.store.database import Tx
from bot.store.desk_tables import line_week
from bot.store.tables import closed_day


async def read(tx: Tx) -> frozenset[date]:
    return frozenset(row.day for row in await tx.rows(select(closed_day.c.day)))


async def add(tx: Tx, day: date) -> None:
    await tx.run(insert(closed_day).values(day=day).on_conflict_do_nothing())


async def remove(tx: Tx, day: date) -> bool:
    """False when the line was not shut on that day anyway."""
    gone = await tx.run(delete(closed_day).where(closed_day.c.day == day))
    return gone.rowcount == 1


async def read_week(tx: Tx) -> Mapping[str, list[str]] | None:
    """The week that was set; None: the one in clinic.yml counts."""
    row = await tx.one(select(line_week.c.week))
    return None if row is None else dict(row.week)


async def write_week(tx: Tx, week: Mapping[str, list[str]] | None) -> None:
    """Set the week; None goes back to clinic.yml."""
    await tx.run(delete(line_week))
    if week is not None:
        await tx.run(insert(line_week).values(week=dict(week)))
