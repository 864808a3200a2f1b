"""Queries on handoffs, their offers, notes, and the record of who read what."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.domain.handoff import TAG_REST, Handoff
from bot.store import audit
from bot.store.database import Tx
from bot.store.desk_tables import note
from bot.store.tables import handoff, message, offer


def handoff_from(row: Row[Any]) -> Handoff:
    """A handoff from a row of its table."""
    return Handoff(
        id=row.id,
        conversation_id=row.conversation_id,
        tag=row.tag,
        priority=row.priority,
        state=row.state,
        step=row.step,
        counselor_id=row.counselor_id,
        about_other=row.about_other,
        opened_at=row.opened_at,
        taken_at=row.taken_at,
        first_reply_at=row.first_reply_at,
        due_at=row.due_at,
        wished=row.wished,
        line=row.line,
        drill=row.drill,
    )


async def _one(tx: Tx, statement: Select[Any]) -> Handoff | None:
    row = await tx.one(statement)
    return None if row is None else handoff_from(row)


async def tags_in_hand(tx: Tx, now: datetime) -> set[str]:
    """Tags that are open, or were closed too lately to be used again."""
    rows = await tx.rows(
        select(handoff.c.tag).where(or_(handoff.c.state != "closed", handoff.c.closed_at > now - TAG_REST))
    )
    return {row.tag for row in rows}


async def add(
    tx: Tx,
    *,
    conversation_id: str,
    tag: str,
    priority: str,
    about_other: bool,
    now: datetime,
    drill: bool = False,
) -> Handoff:
    row = (
        await tx.run(
            insert(handoff)
            .values(
                conversation_id=conversation_id,
                tag=tag,
                priority=priority,
                state="open",
                about_other=about_other,
                opened_at=now,
                drill=drill,
            )
            .returning(handoff)
        )
    ).one()
    return handoff_from(row)


async def open_of(tx: Tx, conversation_id: str) -> Handoff | None:
    """The conversation's handoff that is not closed; there is at most one."""
    return await _one(
        tx, select(handoff).where(handoff.c.conversation_id == conversation_id, handoff.c.state != "closed")
    )


async def last_closed_of(tx: Tx, conversation_id: str) -> Handoff | None:
    return await _one(
        tx,
        select(handoff)
        .where(handoff.c.conversation_id == conversation_id, handoff.c.state == "closed")
        .order_by(handoff.c.id.desc())
        .limit(1),
    )


async def last_held_of(tx: Tx, conversation_id: str, since: datetime) -> Handoff | None:
    """The newest handoff that a counselor held and that was closed since then."""
    return await _one(
        tx,
        select(handoff)
        .where(
            handoff.c.conversation_id == conversation_id,
            handoff.c.state == "closed",
            handoff.c.counselor_id.is_not(None),
            handoff.c.closed_at > since,
        )
        .order_by(handoff.c.id.desc())
        .limit(1),
    )


async def by_tag(tx: Tx, tag: str) -> Handoff | None:
    """The open handoff a tag names. A tag of a closed one names nobody."""
    return await _one(tx, select(handoff).where(handoff.c.tag == tag, handoff.c.state != "closed"))


async def lock(tx: Tx, handoff_id: int) -> Handoff:
    """The handoff, held until this transaction ends. Lock its conversation first, always in that order."""
    row = (await tx.run(select(handoff).where(handoff.c.id == handoff_id).with_for_update())).one()
    return handoff_from(row)


async def read(tx: Tx, handoff_id: int) -> Handoff | None:
    return await _one(tx, select(handoff).where(handoff.c.id == handoff_id))


async def all_open(tx: Tx) -> list[Handoff]:
    rows = await tx.rows(select(handoff).where(handoff.c.state != "closed").order_by(handoff.c.id))
    return [handoff_from(row) for row in rows]


async def held_by(tx: Tx, counselor_id: str) -> list[Handoff]:
    rows = await tx.rows(
        select(handoff)
        .where(handoff.c.counselor_id == counselor_id, handoff.c.state == "taken")
        .order_by(handoff.c.id)
    )
    return [handoff_from(row) for row in rows]


async def change(tx: Tx, handoff_id: int, **values: Any) -> None:
    await tx.run(update(handoff).where(handoff.c.id == handoff_id).values(**values))


async def add_offer(
    tx: Tx, handoff_id: int, counselor_id: str, step: int, message_id: int | None = None
) -> bool:
    """Record that a counselor is asked, and by which alert. False when they were asked before."""
    made = await tx.one(
        insert(offer)
        .values(
            handoff_id=handoff_id, counselor_id=counselor_id, step=step, state="sent", message_id=message_id
        )
        .on_conflict_do_nothing()
        .returning(offer.c.id)
    )
    return made is not None


async def offers_of(tx: Tx, handoff_id: int) -> dict[str, str]:
    """Counselor id -> state of the offer made to them."""
    rows = await tx.rows(select(offer.c.counselor_id, offer.c.state).where(offer.c.handoff_id == handoff_id))
    return {row.counselor_id: row.state for row in rows}


async def offered_to(tx: Tx, counselor_id: str) -> list[Handoff]:
    """Handoffs that are waiting and were offered to this counselor, oldest first."""
    rows = await tx.rows(
        select(handoff)
        .join(offer, offer.c.handoff_id == handoff.c.id)
        .where(
            offer.c.counselor_id == counselor_id,
            offer.c.state == "sent",
            handoff.c.state.in_(("open", "offered")),
        )
        .order_by(handoff.c.id)
    )
    return [handoff_from(row) for row in rows]


async def set_offer(tx: Tx, handoff_id: int, counselor_id: str, state: str) -> bool:
    moved = await tx.run(
        update(offer)
        .where(offer.c.handoff_id == handoff_id, offer.c.counselor_id == counselor_id)
        .values(state=state)
    )
    return moved.rowcount == 1


async def forget_offers(tx: Tx, handoff_id: int, *, passed: bool = False) -> None:
    """Start a new round: everybody may be asked again, those who passed only with `passed`."""
    which = offer.c.handoff_id == handoff_id
    await tx.run(offer.delete().where(which if passed else and_(which, offer.c.state != "passed")))


async def alerts_left(tx: Tx, handoff_id: int, step: int) -> bool:
    """Whether at least one alert of this step was accepted by its provider: the first proof."""
    row = await tx.one(
        select(offer.c.id)
        .join(message, message.c.id == offer.c.message_id)
        .where(
            offer.c.handoff_id == handoff_id,
            offer.c.step == step,
            message.c.status.in_(("sent", "delivered", "read")),
        )
        .limit(1)
    )
    return row is not None


async def add_note(tx: Tx, handoff_id: int, counselor_id: str, text: str) -> None:
    await tx.run(
        insert(note).values(
            handoff_id=handoff_id, counselor_id=counselor_id, text=tx.vault.seal(text, "note.text")
        )
    )


async def notes_of(tx: Tx, handoff_id: int) -> list[tuple[datetime, str]]:
    rows = await tx.rows(select(note).where(note.c.handoff_id == handoff_id).order_by(note.c.id))
    return [(row.created_at, tx.vault.open(row.text, "note.text")) for row in rows]


async def record_read(tx: Tx, counselor_id: str, conversation_id: str, what: str) -> None:
    """Keep who of the staff read a conversation, and how."""
    await audit.record(
        tx, f"read:{what}", actor="counselor", actor_id=counselor_id, conversation_id=conversation_id
    )


async def count_reads(tx: Tx, conversation_id: str) -> int:
    found = await audit.entries(tx, conversation_id=conversation_id)
    return sum(entry.what.startswith("read:") for entry in found)
