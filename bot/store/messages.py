"""Queries on messages: incoming ones are stored once, outgoing ones are queued and sent in order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from bot.domain.options import Option, options_from_json
from bot.store.database import Tx
from bot.store.tables import message, verdict
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


def _made(row: Row[Any], vault: Vault) -> Message:
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
    return _made((await tx.run(_READ, {"id": message_id})).one(), tx.vault)


async def find(tx: Tx, message_id: int) -> Message | None:
    row = await tx.one(_READ, {"id": message_id})
    return None if row is None else _made(row, tx.vault)


async def finish(tx: Tx, message_id: int, outcome: str, now: datetime) -> None:
    """Mark an incoming message as dealt with. What was finished before stays as it was."""
    await tx.run(
        update(message)
        .where(message.c.id == message_id, message.c.handled_at.is_(None))
        .values(handled_at=now, outcome=outcome, status="handled")
    )


async def is_sent(tx: Tx, message_id: int, before: datetime) -> bool:
    """Whether an outgoing message was on its way before the given moment (both by the database's clock)."""
    row = await tx.one(select(message.c.sent_at).where(message.c.id == message_id))
    return row is not None and row.sent_at is not None and row.sent_at <= before


def _recipient(conversation_id: str | None, counselor_id: str | None) -> Any:
    if counselor_id is not None:
        return message.c.counselor_id == counselor_id
    return and_(message.c.conversation_id == conversation_id, message.c.counselor_id.is_(None))


_UNSENT = and_(message.c.direction == "outgoing", message.c.status.in_(("queued", "sending")))


async def next_to_send(
    tx: Tx, *, conversation_id: str | None, counselor_id: str | None, now: datetime
) -> Message | None:
    """The recipient's next unsent message, crisis texts first; None while the first in line waits for a retry.

    One that was left in "sending" by a process that died is given again: the channel's own rules say whether
    that may be repeated.
    """
    row = await tx.one(
        select(message)
        .where(_UNSENT, _recipient(conversation_id, counselor_id))
        .order_by(message.c.priority.desc(), message.c.id)
        .limit(1)
        .with_for_update()
    )
    if row is None or (row.next_try_at is not None and row.next_try_at > now):
        return None
    return _made(row, tx.vault)


_SENDING = (
    update(message)
    .where(message.c.id == bindparam("mid"))
    .values(status="sending", attempts=message.c.attempts + 1, sent_at=func.now())
)
_FORWARD = {
    "queued": 0,
    "sending": 1,
    "unknown": 1,
    "sent": 2,
    "undelivered": 3,
    "failed": 3,
    "delivered": 4,
    "read": 5,
}


async def mark_sending(tx: Tx, message_id: int) -> None:
    await tx.run(_SENDING, {"mid": message_id})


async def move(
    tx: Tx,
    message_id: int,
    status: str,
    *,
    external_id: str | None = None,
    error_code: str | None = None,
) -> bool:
    """Move an outgoing message to a later state; a late receipt never moves it back. True when it moved."""
    earlier = [name for name, place in _FORWARD.items() if place < _FORWARD[status]]
    values: dict[str, Any] = {"status": status, "error_code": error_code}
    if external_id is not None:
        values["external_id"] = external_id
    moved = await tx.run(
        update(message).where(message.c.id == message_id, message.c.status.in_(earlier)).values(**values)
    )
    return moved.rowcount == 1


async def try_again_at(tx: Tx, message_id: int, at: datetime, error_code: str) -> None:
    await tx.run(
        update(message)
        .where(message.c.id == message_id)
        .values(status="queued", next_try_at=at, error_code=error_code)
    )


async def history(tx: Tx, conversation_id: str, limit: int = 200) -> list[tuple[Message, str | None]]:
    """What client, bot and counselor said to each other, oldest first, with the verdict on incoming ones."""
    rows = await tx.rows(
        select(message, verdict.c.level.label("level"))
        .outerjoin(verdict, verdict.c.message_id == message.c.id)
        .where(message.c.conversation_id == conversation_id, message.c.counselor_id.is_(None))
        .order_by(message.c.id.desc())
        .limit(limit)
    )
    return [(_made(row, tx.vault), row.level) for row in reversed(rows)]


async def earlier_texts(
    tx: Tx, conversation_id: str, before_id: int, since: datetime, limit: int = 5
) -> list[str]:
    """The client's texts of the last moments before this one, oldest first: several may be one thought."""
    rows = await tx.rows(
        select(message.c.text)
        .where(
            message.c.conversation_id == conversation_id,
            message.c.counselor_id.is_(None),
            message.c.direction == "incoming",
            message.c.id < before_id,
            message.c.created_at >= since,
        )
        .order_by(message.c.id.desc())
        .limit(limit)
    )
    return [tx.vault.open(row.text, "message.text") for row in reversed(rows)]


_ORPHANS = text(
    "SELECT id, conversation_id, counselor_id FROM message m"
    " WHERE direction = 'incoming' AND handled_at IS NULL AND created_at < :before"
    " AND NOT EXISTS (SELECT 1 FROM procrastinate_jobs j WHERE j.status IN ('todo', 'doing')"
    " AND j.args @> jsonb_build_object('message_id', m.id)) ORDER BY id LIMIT 100"
)


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


async def unsent_recipients(tx: Tx, before: datetime) -> list[tuple[str | None, str | None]]:
    """(conversation, counselor) of everybody for whom something queued before then is still to be sent."""
    late = or_(message.c.next_try_at.is_(None), message.c.next_try_at < before)
    rows = await tx.rows(
        select(message.c.conversation_id, message.c.counselor_id)
        .where(_UNSENT, message.c.created_at < before, late)
        .distinct()
    )
    return [(row.conversation_id, row.counselor_id) for row in rows]


async def last_of_kind(tx: Tx, conversation_id: str, kinds: Sequence[str]) -> datetime | None:
    """When the newest outgoing message of these kinds was queued for the client."""
    row = await tx.one(
        select(message.c.created_at)
        .where(
            message.c.conversation_id == conversation_id,
            message.c.counselor_id.is_(None),
            message.c.direction == "outgoing",
            or_(*(message.c.kind == kind for kind in kinds)),
        )
        .order_by(message.c.id.desc())
        .limit(1)
    )
    return None if row is None else row.created_at


async def drop_unsent_answers(tx: Tx, conversation_id: str) -> None:
    """Nothing of the bot's leaves any more: for opt-outs and when a human takes over. Crisis texts still go."""
    await tx.run(
        update(message)
        .where(
            message.c.conversation_id == conversation_id,
            message.c.counselor_id.is_(None),
            message.c.direction == "outgoing",
            message.c.status == "queued",
            message.c.author == "bot",
            message.c.kind == "answer",
        )
        .values(status="failed", error_code="superseded")
    )
