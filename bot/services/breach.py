"""What a stolen key, session or dump would have exposed: cases, fields, period, and the days that are left to tell.

Ids and counts only, so that the report itself exposes nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from bot.store import audit
from bot.store.database import Database, Tx
from bot.store.reseal import sealed_columns, sealed_tables

DAYS_TO_TELL = 60  # 45 CFR 164.404: without delay, and within 60 days of the discovery

READABLE_IN_A_DUMP = (
    "ids, times, directions, states and error codes of messages",
    "channel, who held it, when it was a crisis, when it opted out, of each conversation",
    "tag, priority, steps, topic and feedback of each handoff",
    "roles and capacities of counselors",
    "the audit",
)


@dataclass
class Report:
    """One report. `fields`: column -> sealed values exposed; `conversations`: their ids."""

    what: str
    fields: dict[str, int] = field(default_factory=dict)
    readable: tuple[str, ...] = ()
    conversations: list[str] = field(default_factory=list)
    first: datetime | None = None
    last: datetime | None = None
    exports: int = 0

    def as_json(self, discovered: datetime) -> Mapping[str, Any]:
        due = discovered + timedelta(days=DAYS_TO_TELL)
        return {**vars(self), "discovered": discovered, "people_must_be_told_by": due}


async def stolen_key(database: Database, number: int) -> Report:
    """Somebody has this master key: what it opens in the database as it is now (and in backups of its time)."""
    report = Report(f"master key {number}")
    async with database.transaction() as tx:
        for table in sealed_tables():
            for column in sealed_columns(table):
                found = await tx.one(
                    text(
                        f"SELECT count(*) AS n FROM {table.name}"  # noqa: S608  # nosec B608 -- names of our own tables
                        f" WHERE get_byte({column.name}, 1) = :number AND octet_length({column.name}) > 2"
                    ),
                    {"number": number},
                )
                if found and found.n:
                    report.fields[f"{table.name}.{column.name}"] = found.n
        await _cases(tx, report, "get_byte(m.text, 1) = :number", {"number": number})
    return report


async def stolen_dump(database: Database) -> Report:
    """Somebody has a copy of the database without a key: nothing sealed opens, the rest is listed."""
    report = Report("dump without keys", readable=READABLE_IN_A_DUMP)
    async with database.transaction() as tx:
        await _cases(tx, report, "true", {})
    return report


async def stolen_session(database: Database, counselor_id: str, since: datetime, until: datetime) -> Report:
    """Somebody used a counselor's session: what was read and exported with it in that time."""
    report = Report("session of a counselor or operator")
    async with database.transaction() as tx:
        found = await audit.entries(tx, actor_id=counselor_id, since=since, until=until, limit=100_000)
    seen = {e.conversation_id for e in found if e.conversation_id is not None}
    report.conversations = sorted(seen)
    report.exports = sum(e.what == "exported" for e in found)
    if found:
        report.first, report.last = found[0].at, found[-1].at
    return report


async def _cases(tx: Tx, report: Report, condition: str, values: Mapping[str, Any]) -> None:
    rows = await tx.rows(
        text(
            "SELECT m.conversation_id AS id, min(m.created_at) AS first, max(m.created_at) AS last"  # noqa: S608  # nosec B608 -- conditions of this file
            f" FROM message m WHERE m.conversation_id IS NOT NULL AND {condition} GROUP BY m.conversation_id"
        ),
        values,
    )
    report.conversations = sorted(str(row.id) for row in rows)
    if rows:
        report.first, report.last = min(r.first for r in rows), max(r.last for r in rows)
