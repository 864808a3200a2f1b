"""Queries behind the desk's queue and its conversations: many handoffs in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from bot.domain.handoff import Handoff
from bot.domain.needs import EMPTY, Needs, from_json
from bot.store.database import Tx
from bot.store.desk_tables import note
from bot.store.handoffs import handoff_from
from bot.store.tables import conversation, counselor, handoff, message

MOST_ROWS = 300  # the queue shows so many, the most urgent first


@dataclass(frozen=True)
class Waiting:
    """One open handoff with what decides who may see it. `unanswered_since`: the client's oldest text since the
    counselor last wrote."""

    handoff: Handoff
    channel: str
    needs: Needs
    unanswered_since: datetime | None


async def open_handoffs(tx: Tx) -> list[Waiting]:
    """What is open, crisis first, then the longest wait; at most MOST_ROWS."""
    rows = await tx.rows(
        select(handoff, conversation.c.channel.label("over"), conversation.c.needs.label("sealed_needs"))
        .join(conversation, conversation.c.id == handoff.c.conversation_id)
        .where(handoff.c.state != "closed")
        .order_by(handoff.c.priority != "crisis", handoff.c.opened_at, handoff.c.id)
        .limit(MOST_ROWS)
    )
    unanswered = await _unanswered(tx, [row.conversation_id for row in rows if row.state == "taken"])
    return [
        Waiting(
            handoff_from(row),
            row.over,
            from_json(tx.vault.open(row.sealed_needs, "conversation.needs")) if row.sealed_needs else EMPTY,
            unanswered.get(row.conversation_id),
        )
        for row in rows
    ]


async def _unanswered(tx: Tx, conversation_ids: Sequence[str]) -> dict[str, datetime]:
    """Conversation id -> the client's first text after the counselor's newest."""
    if not conversation_ids:
        return {}
    theirs = message.c.conversation_id.in_(conversation_ids)
    answered = (
        select(message.c.conversation_id, func.max(message.c.id).label("last"))
        .where(theirs, message.c.author == "counselor", message.c.counselor_id.is_(None))
        .group_by(message.c.conversation_id)
        .subquery()
    )
    rows = await tx.rows(
        select(message.c.conversation_id, func.min(message.c.created_at).label("since"))
        .outerjoin(answered, answered.c.conversation_id == message.c.conversation_id)
        .where(
            theirs,
            message.c.direction == "incoming",
            message.c.counselor_id.is_(None),
            message.c.id > func.coalesce(answered.c.last, 0),
        )
        .group_by(message.c.conversation_id)
    )
    return {row.conversation_id: row.since for row in rows}


@dataclass(frozen=True)
class Note:
    """A private note of one handoff."""

    at: datetime
    author: str
    text: str


async def notes_of(tx: Tx, handoff_id: int) -> list[Note]:
    rows = await tx.rows(
        select(note, counselor.c.name.label("sealed_name"))
        .join(counselor, counselor.c.id == note.c.counselor_id)
        .where(note.c.handoff_id == handoff_id)
        .order_by(note.c.id)
    )
    return [
        Note(
            row.created_at,
            tx.vault.open(row.sealed_name, "counselor.name"),
            tx.vault.open(row.text, "note.text"),
        )
        for row in rows
    ]
