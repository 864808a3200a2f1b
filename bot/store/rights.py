"""Queries for what a client may ask of their data, and for what must be kept: requests, holds, erasing, opt-outs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from bot.store.children import delete_with_children
from bot.store.database import Tx
from bot.store.record_tables import data_request, forget, legal_hold
from bot.store.tables import conversation, handoff, message


@dataclass(frozen=True)
class Request:
    """A client's wish about their data that nobody has done yet."""

    conversation_id: str
    kind: str
    asked_at: datetime


@dataclass(frozen=True)
class ToForget:
    """A message that its provider is to forget."""

    id: int
    channel: str
    address: str
    external_id: str
    attempts: int


async def ask(tx: Tx, conversation_id: str, kind: str) -> bool:
    """Keep a request. False when the same one is open already."""
    made = await tx.one(
        insert(data_request)
        .values(conversation_id=conversation_id, kind=kind)
        .on_conflict_do_nothing()
        .returning(data_request.c.id)
    )
    return made is not None


async def open_requests(tx: Tx) -> list[Request]:
    rows = await tx.rows(
        select(data_request).where(data_request.c.done_at.is_(None)).order_by(data_request.c.id)
    )
    return [Request(row.conversation_id, row.kind, row.asked_at) for row in rows]


async def answer_requests(tx: Tx, conversation_id: str, kind: str, outcome: str) -> None:
    await tx.run(
        update(data_request)
        .where(
            data_request.c.conversation_id == conversation_id,
            data_request.c.kind == kind,
            data_request.c.done_at.is_(None),
        )
        .values(done_at=func.clock_timestamp(), outcome=outcome)
    )


async def requests_of(tx: Tx, conversation_id: str) -> list[dict[str, Any]]:
    """What this client asked of us about their data, the oldest first."""
    rows = await tx.rows(
        select(data_request.c.kind, data_request.c.asked_at, data_request.c.done_at, data_request.c.outcome)
        .where(data_request.c.conversation_id == conversation_id)
        .order_by(data_request.c.id)
    )
    return [dict(row._mapping) for row in rows]


async def requests_for_people(tx: Tx, conversation_id: str) -> list[dict[str, Any]]:
    """When this client asked for a person, when one came and left, and what they said of it."""
    columns = (handoff.c.opened_at, handoff.c.taken_at, handoff.c.closed_at, handoff.c.feedback)
    rows = await tx.rows(
        select(*columns).where(handoff.c.conversation_id == conversation_id).order_by(handoff.c.id)
    )
    return [dict(row._mapping) for row in rows]


async def hold(tx: Tx, conversation_id: str, reference: str) -> bool:
    """Put a conversation on legal hold. False when it is already."""
    made = await tx.one(
        insert(legal_hold)
        .values(conversation_id=conversation_id, reference=reference)
        .on_conflict_do_nothing()
        .returning(legal_hold.c.id)
    )
    return made is not None


async def release(tx: Tx, conversation_id: str) -> bool:
    released = await tx.run(
        update(legal_hold)
        .where(legal_hold.c.conversation_id == conversation_id, legal_hold.c.released_at.is_(None))
        .values(released_at=func.clock_timestamp())
    )
    return released.rowcount == 1


async def is_held(tx: Tx, conversation_id: str) -> bool:
    row = await tx.one(
        select(legal_hold.c.id).where(
            legal_hold.c.conversation_id == conversation_id, legal_hold.c.released_at.is_(None)
        )
    )
    return row is not None


async def has_record(tx: Tx, conversation_id: str) -> tuple[bool, bool]:
    """(whether there ever was a handoff, whether one is open now)."""
    rows = await tx.rows(select(handoff.c.state).where(handoff.c.conversation_id == conversation_id))
    return bool(rows), any(row.state != "closed" for row in rows)


async def find(tx: Tx, channel: str, address: str) -> str | None:
    """The conversation of an address, by its hash."""
    row = await tx.one(
        select(conversation.c.id).where(
            conversation.c.channel == channel,
            conversation.c.address_hash == tx.vault.hash_address(channel, address),
        )
    )
    return None if row is None else str(row.id)


async def forget_at_provider(tx: Tx, conversation_id: str, channel: str, address: str) -> int:
    """Queue every message of a conversation that the provider keeps under an id of its own. How many."""
    rows = await tx.rows(
        select(message.c.external_id).where(
            message.c.conversation_id == conversation_id,
            message.c.counselor_id.is_(None),
            message.c.external_id.is_not(None),
        )
    )
    for row in rows:
        await queue_to_forget(tx, channel, address, row.external_id)
    return len(rows)


async def queue_to_forget(tx: Tx, channel: str, address: str, external_id: str) -> None:
    sealed = tx.vault.seal_json({"address": address, "external_id": external_id}, "forget.sealed")
    await tx.run(insert(forget).values(channel=channel, sealed=sealed))


_DUE = text(
    "UPDATE forget SET attempts = attempts + 1,"
    " next_try_at = :now + make_interval(mins => (2 ^ least(attempts, 10))::int)"
    " WHERE id IN (SELECT id FROM forget WHERE next_try_at <= :now ORDER BY next_try_at LIMIT 20"
    " FOR UPDATE SKIP LOCKED) RETURNING id, channel, sealed, attempts"
)


async def due_to_forget(tx: Tx, now: datetime) -> list[ToForget]:
    """What the providers are to be asked now; each is asked again later unless `forgotten`."""
    return [
        ToForget(
            row.id, row.channel, attempts=row.attempts, **tx.vault.open_json(row.sealed, "forget.sealed")
        )
        for row in await tx.rows(_DUE, {"now": now})
    ]


async def forgotten(tx: Tx, forget_id: int) -> None:
    await tx.run(forget.delete().where(forget.c.id == forget_id))


_KEEP_OPT_OUT = text(
    "INSERT INTO opt_out (channel, address_hash, at) SELECT channel, address_hash, opted_out_at"
    " FROM conversation WHERE id = :id AND opted_out_at IS NOT NULL ON CONFLICT DO NOTHING"
)
_REST: tuple[tuple[str, Any], ...] = (
    ("rasa.turns", text("DELETE FROM rasa.turns WHERE conversation_id = :id")),
    (
        "procrastinate_jobs",
        text("DELETE FROM procrastinate_jobs WHERE status = 'todo' AND lock IN (:id, 'out:' || :id)"),
    ),
)


async def erase(tx: Tx, conversation_id: str) -> dict[str, int]:
    """Delete a conversation with everything that was ever stored of it. An opt-out stays as a hash."""
    await tx.run(_KEEP_OPT_OUT, {"id": conversation_id})
    gone = {name: (await tx.run(statement, {"id": conversation_id})).rowcount for name, statement in _REST}
    found = await tx.one(select(func.count().label("n")).where(message.c.conversation_id == conversation_id))
    gone["message"] = int(found.n) if found else 0
    await delete_with_children(tx, conversation, [conversation_id])
    return gone


async def erase_from_handset(tx: Tx, address: str) -> None:
    """The simulated phone's side of a conversation."""
    await tx.run(text("DELETE FROM handset_text WHERE handset_id = :address"), {"address": address})
