"""The figures of the line for who may see them: how long people waited, by hour, a crisis apart. Nothing personal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.domain.access import Action
from bot.services.allowed import allow, recorded
from bot.services.context import Context
from bot.store import reports
from bot.store.reports import Figures

PERIODS = (1, 7, 30, 90)  # days that a report may cover
PRIORITIES = ("normal", "crisis")


@dataclass(frozen=True)
class Report:
    """The figures of one period, by priority and by the hour of the day at which was asked."""

    since: datetime
    until: datetime
    total: Mapping[str, Figures]
    hours: Mapping[str, Sequence[Figures]]


async def report(context: Context, counselor_id: str, days: int) -> Report:
    """Raises NotAllowed."""
    until = context.clock.now()
    since = until - timedelta(days=days)
    async with context.database.transaction() as tx:
        await allow(tx, counselor_id, Action.SEE_REPORTS)
        total = await reports.by_priority(tx, since, until)
        hours = await reports.by_hour(tx, since, until, context.clinic.timezone)
    return Report(
        since,
        until,
        {priority: total.get(priority, Figures()) for priority in PRIORITIES},
        {p: [hours.get((p, hour), Figures()) for hour in range(24)] for p in PRIORITIES},
    )


async def each_request(context: Context, counselor_id: str, days: int) -> Sequence[Any]:
    """Every request of the period, for an export; that it was exported is recorded. Raises NotAllowed."""
    until = context.clock.now()
    async with context.database.transaction() as tx:
        await allow(tx, counselor_id, Action.SEE_REPORTS)
        await recorded(tx, counselor_id, "export:requests", f"days={days}")
        return await reports.each(tx, until - timedelta(days=days), until)
