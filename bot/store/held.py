"""Queries on texts that are kept until it is safe to send them, and on what a client's phone still shows."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, select, update

from bot.store.database import Tx
from bot.store.tables import message

_HELD = and_(message.c.counselor_id.is_(None), message.c.direction == "outgoing", message.c.status == "held")


def _of(conversation_id: str) -> ColumnElement[bool]:
    return message.c.conversation_id == conversation_id


async def release(tx: Tx, conversation_id: str) -> int:
    """Queue what was kept for this client, in its order. Returns how many."""
    freed = await tx.run(update(message).where(_of(conversation_id), _HELD).values(status="queued"))
    return int(freed.rowcount)


async def are_there(tx: Tx, conversation_id: str) -> bool:
    return await tx.one(select(message.c.id).where(_of(conversation_id), _HELD).limit(1)) is not None


async def supersede_notices(tx: Tx, conversation_id: str) -> None:
    """Of the bot's own notices only the newest is still true; what a counselor wrote stays."""
    await tx.run(
        update(message)
        .where(_of(conversation_id), _HELD, message.c.author == "bot")
        .values(status="failed", error_code="superseded")
    )


async def hold_unsent(tx: Tx, conversation_id: str) -> None:
    """Keep every text that has not left yet: the client has gone."""
    await tx.run(
        update(message)
        .where(
            _of(conversation_id),
            message.c.counselor_id.is_(None),
            message.c.direction == "outgoing",
            message.c.status == "queued",
        )
        .values(status="held")
    )


async def shown(tx: Tx, conversation_id: str, last_id: int, since: datetime) -> list[str]:
    """The provider's ids of everything both sides wrote since then, up to one message."""
    rows = await tx.rows(
        select(message.c.external_id)
        .where(
            _of(conversation_id),
            message.c.counselor_id.is_(None),
            message.c.id <= last_id,
            message.c.created_at >= since,
            message.c.external_id.is_not(None),
        )
        .order_by(message.c.id)
    )
    return [row.external_id for row in rows]
