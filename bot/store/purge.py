"""Queries that remove what is older than its time, in small batches. Each table has its rule here, or a reason.

What belongs to a handoff (the day before it, the day after it and what is between) is a record and kept longer.
A conversation on legal hold is left alone.
"""

# ruff: noqa: S608  (every statement is put together from parts of this file alone)

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, text

from bot.store import audit
from bot.store.children import delete_with_children
from bot.store.database import Database, Tx
from bot.store.tables import conversation, handoff, message

BATCH = 500
_ONE_AT_A_TIME = 7_231_005  # advisory lock: of several processes one purges


@dataclass(frozen=True)
class Retention:
    """How many days each kind is kept (rules of the field 6.5)."""

    chat: int = 30
    record: int = 2557
    alert: int = 90
    audit: int = 2190


# Table -> the rule that empties it. A table without one fails a test.
RULES = {
    "message": "chat, record or alert",
    "verdict": "with its message",
    "turn": "with its message",
    "turn_effect": "with its turn",
    "handoff": "record",
    "offer": "with its handoff",
    "note": "with its handoff",
    "ladder_record": "with its handoff",
    "conversation": "when nothing of it is left; an opt-out stays as a hash",
    "rasa.turns": "chat",
    "timer": "alert, once done",
    "handset": "demonstration only, removed with its data folder",
    "handset_text": "chat",
    "staff_read": "nothing is written to it any more; what it held is in the audit",
    "review": "chat: texts without who wrote them",
    "enrolment": "alert, once it is over",
    "stranger": "alert",
    "sign_in": "alert",
    "staff_session": "alert, from its end",
    "second_factor": "with its counselor: no personal data of clients",
    "emergency": "record",
    "pace": "a minute after it holds nothing up; hashes",
    "closed_day": "no personal data",
    "line_week": "no personal data",
    "counselor": "an operator's to remove",
    "audit": "audit, never under six years",
    "opt_out": "kept for ever: a hash",
    "data_request": "record, once done",
    "legal_hold": "record, once released",
    "forget": "when the provider forgot it, or after a week",
    "data_key": "no personal data",
    "procrastinate_jobs": "alert, once failed: ids only",
}

_HELD = "EXISTS (SELECT 1 FROM legal_hold l WHERE l.conversation_id = {id} AND l.released_at IS NULL)"
_IN_A_RECORD = (
    "EXISTS (SELECT 1 FROM handoff h WHERE h.conversation_id = m.conversation_id"
    " AND m.created_at >= h.opened_at - interval '1 day'"
    " AND m.created_at < coalesce(h.closed_at, 'infinity') + interval '1 day'"
    " AND (h.closed_at IS NULL OR h.closed_at > :record))"
)
_OLD_MESSAGES = (
    "SELECT m.id FROM message m"  # nosec B608 -- parts of this file alone, here and below
    " WHERE m.id > :last AND m.created_at < :{age} AND m.counselor_id IS {side} NULL"
    " AND NOT (m.direction = 'incoming' AND m.handled_at IS NULL)"
    " AND m.status NOT IN ('queued', 'sending', 'held')"
    f" AND NOT {_HELD.format(id='m.conversation_id')} AND NOT {_IN_A_RECORD}"
    " ORDER BY m.id LIMIT :batch"
)
_OF_CLIENTS = text(_OLD_MESSAGES.format(age="chat", side=""))
_OF_STAFF = text(_OLD_MESSAGES.format(age="alert", side="NOT").replace(f" AND NOT {_IN_A_RECORD}", ""))
_OLD_HANDOFFS = text(
    "SELECT id FROM handoff h"  # nosec B608
    " WHERE id > :last AND state = 'closed' AND closed_at < :record"
    f" AND NOT {_HELD.format(id='h.conversation_id')} ORDER BY id LIMIT :batch"
)
_OLD_CONVERSATIONS = text(
    "SELECT id FROM conversation c"  # nosec B608
    " WHERE held_by = 'bot' AND coalesce(last_incoming_at, created_at) < :chat"
    " AND NOT EXISTS (SELECT 1 FROM message m WHERE m.conversation_id = c.id)"
    " AND NOT EXISTS (SELECT 1 FROM handoff h WHERE h.conversation_id = c.id)"
    f" AND NOT {_HELD.format(id='c.id')} LIMIT :batch FOR UPDATE SKIP LOCKED"
)
_KEEP_OPT_OUTS = text(
    "INSERT INTO opt_out (channel, address_hash, at)"
    " SELECT channel, address_hash, opted_out_at FROM conversation"
    " WHERE id = ANY(:ids) AND opted_out_at IS NOT NULL ON CONFLICT DO NOTHING"
)
_SIMPLE = {
    "timer": "DELETE FROM timer WHERE done_at < :alert",
    "sign_in": "DELETE FROM sign_in WHERE asked_at < :alert",
    "staff_session": "DELETE FROM staff_session WHERE ends_at < :alert",
    "emergency": "DELETE FROM emergency WHERE recorded_at < :record",
    "handset_text": "DELETE FROM handset_text WHERE at < :chat",
    "review": "DELETE FROM review WHERE seen_on < :chat",
    "enrolment": "DELETE FROM enrolment WHERE coalesce(ended_at, claimed_at, expires_at) < :alert",
    "stranger": "DELETE FROM stranger WHERE coalesce(told_at, created_at) < :alert",
    "data_request": "DELETE FROM data_request WHERE done_at < :record",
    "legal_hold": "DELETE FROM legal_hold WHERE released_at < :record",
    "procrastinate_jobs": "DELETE FROM procrastinate_jobs j WHERE status IN ('failed', 'cancelled', 'aborted')"
    " AND NOT EXISTS (SELECT 1 FROM procrastinate_events e WHERE e.job_id = j.id AND e.at > :alert)",
    "rasa.turns": "DELETE FROM rasa.turns WHERE conversation_id IN (SELECT conversation_id FROM rasa.turns"
    " GROUP BY conversation_id HAVING max(written_at) < :chat)",
}


async def purge(
    database: Database, retention: Retention, now: datetime
) -> AsyncGenerator[tuple[str, int], None]:
    """Remove everything that is too old; yields (table, rows) where there were some. One process at a time."""
    ages = {name: now - timedelta(days=getattr(retention, name)) for name in ("chat", "record", "alert")}
    for name, read, table in (
        ("message", _OF_CLIENTS, message),
        ("message", _OF_STAFF, message),
        ("handoff", _OLD_HANDOFFS, handoff),
    ):
        async for gone in _in_batches(database, read, ages, _deleting(table)):
            yield name, gone
    async for gone in _in_batches(database, _OLD_CONVERSATIONS, ages, _end_conversations):
        yield "conversation", gone
    for name, statement in _SIMPLE.items():
        if gone := await _alone(database, statement, ages):
            yield name, gone
    async with database.single() as tx:
        if gone := await audit.purge(tx, retention.audit):
            yield "audit", gone


def _deleting(table: Table) -> Callable[[Tx, list[Any]], Awaitable[int]]:
    async def delete(tx: Tx, ids: list[Any]) -> int:
        return await delete_with_children(tx, table, ids)

    return delete


async def _end_conversations(tx: Tx, ids: list[Any]) -> int:
    await tx.run(_KEEP_OPT_OUTS, {"ids": ids})
    return await delete_with_children(tx, conversation, [str(one) for one in ids])


async def _in_batches(
    database: Database,
    read: Any,
    ages: dict[str, datetime],
    delete: Callable[[Tx, list[Any]], Awaitable[int]],
) -> AsyncGenerator[int, None]:
    last, more = 0, True
    while more:
        async with database.transaction() as tx:
            if not await _my_turn(tx):
                return
            ids = [row[0] for row in await tx.rows(read, {**ages, "last": last, "batch": BATCH})]
            gone = await delete(tx, ids)
        more = len(ids) == BATCH
        last = ids[-1] if ids and isinstance(ids[-1], int) else last
        if gone:
            yield gone


async def _alone(database: Database, statement: str, ages: dict[str, datetime]) -> int:
    async with database.transaction() as tx:
        if not await _my_turn(tx):
            return 0
        return (await tx.run(text(statement), ages)).rowcount


async def _my_turn(tx: Tx) -> bool:
    return bool(
        (await tx.run(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})).scalar()
    )
