"""Queries behind the reports: how long people waited, in figures. Counts and times only, never a word or a name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from bot.store.database import Tx

# Percentiles are PostgreSQL's: the rows stay there, however many they are.
_FIGURES = """
  count(*) AS opened,
  count(taken_at) AS taken,
  count(*) FILTER (WHERE close_reason = 'unanswered') AS unanswered,
  count(*) FILTER (WHERE close_reason = 'withdrawn') AS withdrawn,
  count(*) FILTER (WHERE state IN ('open', 'offered')) AS waiting,
  count(*) FILTER (WHERE taken_at - opened_at <= interval '5 minutes') AS taken_in_five,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM taken_at - opened_at)) AS take_median,
  percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM taken_at - opened_at)) AS take_ninth,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM first_reply_at - opened_at)) AS answer_median,
  percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM first_reply_at - opened_at)) AS answer_ninth
"""
_PERIOD = "FROM handoff WHERE opened_at >= :since AND opened_at < :until AND NOT drill"
_ALL = text(f"SELECT priority, {_FIGURES} {_PERIOD} GROUP BY priority")
_BY_HOUR = text(
    f"SELECT priority, extract(hour FROM opened_at AT TIME ZONE :zone)::int AS hour, {_FIGURES}"  # noqa: S608  # nosec B608 -- of this file
    f" {_PERIOD} GROUP BY priority, hour"
)
_EACH = text(
    "SELECT tag, priority, opened_at, taken_at, first_reply_at, closed_at, close_reason, feedback"
    f" {_PERIOD} ORDER BY opened_at DESC LIMIT :most"
)
MOST_ROWS = 50_000


@dataclass(frozen=True)
class Figures:
    """What happened to the requests of one group. Times in seconds; None where nobody got so far."""

    opened: int = 0
    taken: int = 0
    unanswered: int = 0
    withdrawn: int = 0
    waiting: int = 0
    taken_in_five: int = 0
    take_median: float | None = None
    take_ninth: float | None = None
    answer_median: float | None = None
    answer_ninth: float | None = None


def _figures(row: Any) -> Figures:
    return Figures(**{name: getattr(row, name) for name in Figures.__dataclass_fields__})


async def by_priority(tx: Tx, since: datetime, until: datetime) -> dict[str, Figures]:
    rows = await tx.rows(_ALL, {"since": since, "until": until})
    return {row.priority: _figures(row) for row in rows}


async def by_hour(tx: Tx, since: datetime, until: datetime, zone: str) -> dict[tuple[str, int], Figures]:
    """(priority, hour of the day in the clinic's zone at which it was asked for) -> figures."""
    rows = await tx.rows(_BY_HOUR, {"since": since, "until": until, "zone": zone})
    return {(row.priority, row.hour): _figures(row) for row in rows}


async def each(tx: Tx, since: datetime, until: datetime) -> Sequence[Any]:
    """One row a request, newest first; at most MOST_ROWS."""
    return await tx.rows(_EACH, {"since": since, "until": until, "most": MOST_ROWS})
