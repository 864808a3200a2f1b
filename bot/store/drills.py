"""Queries on drills: when one began, what became of each alert, and whether anybody works who would deal with it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text

from bot.store.database import Tx
from bot.store.tables import message


@dataclass(frozen=True)
class Alert:
    """One alert of a drill: when it was queued, handed over, accepted by the provider, and when it arrived."""

    counselor_id: str
    queued_at: datetime
    sent_at: datetime | None
    accepted_at: datetime | None
    delivered_at: datetime | None
    status: str


async def somebody_works(tx: Tx) -> bool:
    """Whether a worker's heart beat within the last ten seconds."""
    alive = "SELECT 1 FROM procrastinate_workers WHERE last_heartbeat > now() - interval '10 seconds' LIMIT 1"
    return (await tx.run(text(alive))).first() is not None


async def conversation_of(tx: Tx, message_id: int) -> str:
    row = (await tx.run(select(message.c.conversation_id).where(message.c.id == message_id))).one()
    return str(row.conversation_id)


async def began(tx: Tx, conversation_id: str) -> datetime:
    """When the synthetic text came in."""
    first = select(message.c.created_at).where(message.c.conversation_id == conversation_id)
    row = (await tx.run(first.order_by(message.c.id).limit(1))).one()
    return row.created_at  # type: ignore[no-any-return]


async def alerts(tx: Tx, handoff_id: int) -> list[Alert]:
    """The first alert of each counselor who was asked, oldest first."""
    rows = await tx.rows(
        select(message)
        .where(
            message.c.handoff_id == handoff_id,
            message.c.counselor_id.is_not(None),
            message.c.direction == "outgoing",
            message.c.kind == "alert",
        )
        .order_by(message.c.id)
    )
    first = {str(row.counselor_id): row for row in reversed(rows)}
    found = [
        Alert(who, r.created_at, r.sent_at, r.accepted_at, r.delivered_at, r.status)
        for who, r in first.items()
    ]
    return sorted(found, key=lambda alert: (alert.queued_at, alert.counselor_id))
