"""Queries on messages: incoming ones are stored once, outgoing ones are queued (and sent by `outgoing.py`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select, text, update
from sqlalchemy.dialects.postgresql import insert

from bot.domain.options import Option, options_from_json
from bot.store.database import Tx
from bot.store.tables import conversation, message, verdict
from bot.store.vault import Vault


@dataclass(frozen=True)
class Message:
    """One stored message with its text opened."""

    id: int
    conversation_id: str | None
    counselor_id: str | None
    handoff_id: int | None
    reply_to: int | None
    direction: str
    channel: str
    author: str
    kind: str
    text: str
    options: tuple[Option, ...]
    press: str | None
    status: str
    outcome: str | None
    attempts: int
    created_at: datetime
    handled_at: datetime | None


def message_from(row: Row[Any], vault: Vault) -> Message:
    options = vault.open_json(row.options, "message.options") if row.options else None
    return Message(
        id=row.id,
        conversation_id=row.conversation_id,
        counselor_id=row.counselor_id,
        handoff_id=row.handoff_id,
        reply_to=row.reply_to,
        direction=row.direction,
        channel=row.channel,
        author=row.author,
        kind=row.kind,
        text=vault.open(row.text, "message.text"),
        options=options_from_json(options),
        press=row.press,
        status=row.status,
        outcome=row.outcome,
        attempts=row.attempts,
        created_at=row.created_at,
        handled_at=row.handled_at,
    )


_INSERT_INCOMING = (
    insert(message)
    .on_conflict_do_nothing(
        index_elements=["channel", "external_id"], index_where=message.c.external_id.is_not(None)
    )
    .returning(message.c.id)
)
_INSERT = insert(message).returning(message.c.id)
_READ = select(message).where(message.c.id == bindparam("id"))


async def add_incoming(
    tx: Tx,
    *,
    channel: str,
    external_id: str,
    text: str,
    press: str | None,
    kind: str,
    conversation_id: str | None = None,
    counselor_id: str | None = None,
) -> int | None:
    """Store an incoming message once. None when the provider delivered it before."""
    row = await tx.one(
        _INSERT_INCOMING,
        {
            "conversation_id": conversation_id,
            "counselor_id": counselor_id,
            "direction": "incoming",
            "channel": channel,
            "external_id": external_id,
            "author": "client" if conversation_id else "counselor",
            "kind": kind,
            "text": tx.vault.seal(text, "message.text"),
            "press": press,
            "status": "stored",
        },
    )
    return None if row is None else int(row.id)


async def add_outgoing(
    tx: Tx,
    *,
    channel: str,
    text: str,
    author: str,
    kind: str,
    conversation_id: str | None = None,
    counselor_id: str | None = None,
    handoff_id: int | None = None,
    reply_to: int | None = None,
    options: Sequence[Option] = (),
    priority: int = 0,
    status: str = "queued",
) -> int:
    """Queue a text to a client (`conversation_id` alone) or to a counselor (`counselor_id`)."""
    row = (
        await tx.run(
            _INSERT,
            {
                "conversation_id": conversation_id,
                "counselor_id": counselor_id,
                "handoff_id": handoff_id,
                "reply_to": reply_to,
                "direction": "outgoing",
                "channel": channel,
                "author": author,
                "kind": kind,
                "text": tx.vault.seal(text, "message.text"),
                "options": tx.vault.seal_json([o.to_json() for o in options], "message.options")
                if options
                else None,
                "priority": priority,
                "status": status,
            },
        )
    ).one()
    return int(row.id)


async def read(tx: Tx, message_id: int) -> Message:
    return message_from((await tx.run(_READ, {"id": message_id})).one(), tx.vault)


async def find(tx: Tx, message_id: int) -> Message | None:
    row = await tx.one(_READ, {"id": message_id})
    return None if row is None else message_from(row, tx.vault)


_FINISH = (
    update(message)
    .where(message.c.id == bindparam("mid"), message.c.handled_at.is_(None))
    .values(handled_at=bindparam("now"), outcome=bindparam("result"), status="handled")
)


async def finish(tx: Tx, message_id: int, outcome: str, now: datetime) -> None:
    """Mark an incoming message as dealt with. What was finished before stays as it was."""
    await tx.run(_FINISH, {"mid": message_id, "now": now, "result": outcome})


_FINISH_IN = (
    update(conversation)
    .where(conversation.c.id == bindparam("cid"))
    .values(last_incoming_at=bindparam("now"))
    .add_cte(_FINISH.cte("finished"))
)


async def finish_in(tx: Tx, conversation_id: str, message_id: int, outcome: str, now: datetime) -> None:
    """Mark a client's message as dealt with, and its conversation as heard of at this time."""
    values = {"cid": conversation_id, "mid": message_id, "now": now, "result": outcome}
    await tx.run(_FINISH_IN, values)


async def history(tx: Tx, conversation_id: str, limit: int = 200) -> list[tuple[Message, str | None]]:
    """What client, bot and counselor said to each other, oldest first, with the verdict on incoming ones."""
    rows = await tx.rows(
        select(message, verdict.c.level.label("level"))
        .outerjoin(verdict, verdict.c.message_id == message.c.id)
        .where(message.c.conversation_id == conversation_id, message.c.counselor_id.is_(None))
        .order_by(message.c.id.desc())
        .limit(limit)
    )
    return [(message_from(row, tx.vault), row.level) for row in reversed(rows)]


async def channels_used(tx: Tx, counselor_id: str, since: datetime) -> set[str]:
    """The channels on which this counselor read or wrote since then."""
    used = select(message.c.channel).where(
        message.c.counselor_id == counselor_id, message.c.created_at > since
    )
    return {row.channel for row in await tx.rows(used.distinct())}


# By created_at, which the small index on unhandled messages holds: by id the planner walks the whole table.
_ORPHANS = text(
    "SELECT id, conversation_id, counselor_id FROM message m"
    " WHERE direction = 'incoming' AND handled_at IS NULL AND created_at < :before"
    " AND NOT EXISTS (SELECT 1 FROM procrastinate_jobs j WHERE j.status IN ('todo', 'doing')"
    " AND j.args @> jsonb_build_object('message_id', m.id)) ORDER BY created_at LIMIT 100"
)


async def unhandled_before(tx: Tx, conversation_id: str, message_id: int) -> list[int]:
    """A client's messages before this one that nobody dealt with, oldest first."""
    waiting = select(message.c.id).where(
        message.c.conversation_id == conversation_id,
        message.c.counselor_id.is_(None),
        message.c.direction == "incoming",
        message.c.handled_at.is_(None),
        message.c.id < message_id,
    )
    return [row.id for row in await tx.rows(waiting.order_by(message.c.id))]


async def orphans(tx: Tx, before: datetime) -> list[tuple[int, str | None, str | None]]:
    """Incoming messages that nobody dealt with and that no job holds any more: (id, conversation, counselor)."""
    return [
        (
            row.id,
            str(row.conversation_id) if row.conversation_id else None,
            str(row.counselor_id) if row.counselor_id else None,
        )
        for row in await tx.rows(_ORPHANS, {"before": before})
    ]
