"""Queries on texts that are to leave: claimed one by one, moved forward only, tried again, or dropped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, case, exists, func, or_, select, update

from bot.store.database import Tx
from bot.store.messages import Message, message_from
from bot.store.tables import conversation, counselor, message

_UNSENT = and_(message.c.direction == "outgoing", message.c.status.in_(("queued", "sending")))
_TO_CLIENT = and_(message.c.conversation_id == bindparam("recipient"), message.c.counselor_id.is_(None))
_TO_COUNSELOR = message.c.counselor_id == bindparam("recipient")
_FORWARD = {
    "queued": 0,
    "sending": 1,
    "unknown": 2,
    "sent": 3,
    "undelivered": 4,
    "failed": 4,
    "delivered": 5,
    "read": 6,
}


_SEEN_NOW = {
    name: func.coalesce(message.c[name], func.clock_timestamp()) for name in ("accepted_at", "delivered_at")
}
_PROOFS: dict[str, dict[str, Any]] = {  # when a provider first said so
    "sent": {"accepted_at": _SEEN_NOW["accepted_at"]},
    "delivered": _SEEN_NOW,
    "read": _SEEN_NOW,
}


@dataclass(frozen=True)
class Claimed:
    """A message about to leave. `interrupted`: an earlier try may have reached the provider. `is_last`: no other
    is queued for this recipient; one that is queued later brings a job of its own.

    `attempts` of the message counts the tries before this one.
    """

    message: Message
    address: str
    opted_out: bool
    interrupted: bool
    is_last: bool
    urgent: bool


def _claim(to_counselor: bool) -> Any:
    first = (
        select(message.c.id, message.c.status.label("was"), message.c.attempts.label("tries"))
        .where(_UNSENT, _TO_COUNSELOR if to_counselor else _TO_CLIENT)
        .order_by(message.c.priority.desc(), message.c.id)
        .limit(1)
        .with_for_update()
        .cte("first")
    )
    others = select(message.c.id).where(
        _UNSENT, _TO_COUNSELOR if to_counselor else _TO_CLIENT, message.c.id != first.c.id
    )
    person = counselor if to_counselor else conversation
    opted_out = person.c.opted_out_at.is_not(None)
    return (
        update(message)
        .where(
            message.c.id == first.c.id,
            person.c.id == (message.c.counselor_id if to_counselor else message.c.conversation_id),
            or_(message.c.next_try_at.is_(None), message.c.next_try_at <= bindparam("now")),
        )
        .values(status="sending", attempts=message.c.attempts + 1, sent_at=func.clock_timestamp())
        .returning(
            *(c for c in message.c if c.name != "attempts"),
            first.c.tries.label("attempts"),
            first.c.was,
            person.c.address,
            opted_out.label("opted_out"),
            (~exists(others.correlate(first))).label("is_last"),
        )
    )


_CLAIM_FOR_CLIENT, _CLAIM_FOR_COUNSELOR = _claim(False), _claim(True)


async def claim_next(
    tx: Tx, *, conversation_id: str | None, counselor_id: str | None, now: datetime
) -> Claimed | None:
    """The recipient's next unsent message, crisis texts first, marked as on its way, with where it goes.

    None when there is none, or while the first in line waits for its next try: order is kept.
    """
    statement = _CLAIM_FOR_COUNSELOR if counselor_id else _CLAIM_FOR_CLIENT
    row = await tx.one(statement, {"recipient": counselor_id or conversation_id, "now": now})
    if row is None:
        return None
    column = "counselor.address" if counselor_id else "conversation.address"
    return Claimed(
        message_from(row, tx.vault),
        tx.vault.open(row.address, column),
        opted_out=row.opted_out,
        interrupted=row.was == "sending",
        is_last=row.is_last,
        urgent=row.priority > 0,
    )


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
    values: dict[str, Any] = {"status": status, "error_code": error_code, **_PROOFS.get(status, {})}
    if external_id is not None:
        # a receipt names one of the texts that are this message: what was kept of all of them stays
        kept = message.c.external_id
        values["external_id"] = case((kept.contains(external_id, autoescape=True), kept), else_=external_id)
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


async def with_external_id(tx: Tx, channel: str, external_id: str) -> int | None:
    """The outgoing message a provider knows by this id."""
    row = await tx.one(
        select(message.c.id).where(
            message.c.channel == channel,
            message.c.external_id == external_id,
            message.c.direction == "outgoing",
        )
    )
    return None if row is None else int(row.id)


async def note_half_lost(tx: Tx, message_id: int, status: str, error_code: str) -> bool:
    """The first of two texts was lost after the second arrived: noted once beside the state. True the first time."""
    noted = await tx.run(
        update(message)
        .where(message.c.id == message_id, message.c.error_code.is_(None), message.c.status != status)
        .values(error_code=error_code)
    )
    return noted.rowcount == 1


async def queue_again(tx: Tx, message_id: int) -> bool:
    """Queue a text once more that was accepted and not delivered. False when it arrived after all, or was again."""
    queued = await tx.run(
        update(message)
        .where(
            message.c.id == message_id,
            message.c.status.in_(("undelivered", "failed")),
            message.c.attempts < 2,
        )
        .values(status="queued", next_try_at=None)
    )
    return queued.rowcount == 1


async def unsent_recipients(tx: Tx, before: datetime) -> list[tuple[str | None, str | None]]:
    """(conversation, counselor) of everybody for whom something queued before then is still to be sent."""
    late = or_(message.c.next_try_at.is_(None), message.c.next_try_at < before)
    rows = await tx.rows(
        select(message.c.conversation_id, message.c.counselor_id)
        .where(_UNSENT, message.c.created_at < before, late)
        .distinct()
    )
    return [(row.conversation_id, row.counselor_id) for row in rows]


async def unsent_alert(tx: Tx, counselor_id: str, handoff_id: int, priority: int) -> int | None:
    """An alert with TAKE in it, of this priority and about this handoff, that is still queued for this counselor."""
    row = await tx.one(
        select(message.c.id)
        .where(
            message.c.counselor_id == counselor_id,
            message.c.handoff_id == handoff_id,
            message.c.direction == "outgoing",
            message.c.status == "queued",
            message.c.kind == "alert",
            message.c.options.is_not(None),
            message.c.priority == priority,
        )
        .limit(1)
    )
    return None if row is None else int(row.id)


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


async def any_of_kind_since(tx: Tx, kind: str, moment: datetime) -> bool:
    """Whether a text of this kind was queued for anybody since then."""
    found = select(message.c.id).where(message.c.kind == kind, message.c.created_at >= moment).limit(1)
    return await tx.one(found) is not None


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
