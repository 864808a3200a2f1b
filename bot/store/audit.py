"""The audit: who did or read what, when. Rows are added and never changed; the database itself sees to it.

No names, no texts, no addresses: ids, a verb, and at most a short reference.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from bot.store.database import Tx
from bot.store.record_tables import audit

_SHORT = re.compile(r"^[\w.,:;=/ -]{0,120}$", re.ASCII)


class NotForTheAudit(ValueError):
    """A detail for the audit is longer or freer than a reference: letters, digits and .,:;=/_- up to 120."""


@dataclass(frozen=True)
class Entry:
    """One row of the audit."""

    id: int
    at: datetime
    actor: str
    actor_id: str | None
    what: str
    conversation_id: str | None
    handoff_id: int | None
    detail: str | None


async def record(
    tx: Tx,
    what: str,
    *,
    actor: str,
    actor_id: str | None = None,
    conversation_id: str | None = None,
    handoff_id: int | None = None,
    detail: str | None = None,
) -> None:
    """Keep that somebody did something. `actor`: operator, counselor, client or service. Raises NotForTheAudit."""
    if detail is not None and not _SHORT.match(detail):
        raise NotForTheAudit(NotForTheAudit.__doc__)
    await tx.run(
        insert(audit).values(
            actor=actor,
            actor_id=actor_id,
            what=what,
            conversation_id=conversation_id,
            handoff_id=handoff_id,
            detail=detail,
        )
    )


async def entries(
    tx: Tx,
    *,
    conversation_id: str | None = None,
    actor_id: str | None = None,
    what: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 1000,
) -> list[Entry]:
    """The newest entries that fit, oldest first."""
    found = select(audit).order_by(audit.c.id.desc()).limit(limit)
    wanted: list[tuple[Any, Any]] = [
        (audit.c.conversation_id, conversation_id),
        (audit.c.actor_id, actor_id),
        (audit.c.what, what),
    ]
    for column, value in wanted:
        if value is not None:
            found = found.where(column == value)
    if since is not None:
        found = found.where(audit.c.at >= since)
    if until is not None:
        found = found.where(audit.c.at < until)
    return [Entry(**row._mapping) for row in reversed(await tx.rows(found))]


async def purge(tx: Tx, days: int) -> int:
    """Remove what is older than so many days, and never what is younger than six years."""
    return int((await tx.run(text("SELECT warmline_purge_audit(:days)"), {"days": days})).scalar_one())
