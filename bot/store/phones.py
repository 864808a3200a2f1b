"""Queries on the simulated phones: what stands on each handset. Only `channels/phone.py` and its page use them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, Row, Text, bindparam, delete, func, literal, or_, select, true
from sqlalchemy.dialects.postgresql import insert

from bot.store.database import Tx
from bot.store.phone_tables import handset, handset_text
from bot.store.vault import Vault


@dataclass(frozen=True)
class Handset:
    id: str
    kind: str
    side: str
    name: str
    about: str


@dataclass(frozen=True)
class HandsetText:
    """One text on a handset. Options are (label, token) pairs."""

    id: int
    handset_id: str
    direction: str
    text: str
    options: tuple[tuple[str, str], ...]
    at: datetime


def _handset(row: Row[Any], vault: Vault) -> Handset:
    return Handset(row.id, row.kind, row.side, vault.open(row.name, "handset.name"), row.about)


def _text(row: Row[Any], vault: Vault) -> HandsetText:
    options = vault.open_json(row.options, "handset_text.options") if row.options else []
    return HandsetText(
        row.id,
        row.handset_id,
        row.direction,
        vault.open(row.text, "handset_text.text"),
        tuple((str(label), str(token)) for label, token in options),
        row.at,
    )


async def add_handset(tx: Tx, *, id: str, kind: str, side: str, name: str, about: str = "") -> None:
    await tx.run(
        insert(handset)
        .values(id=id, kind=kind, side=side, name=tx.vault.seal(name, "handset.name"), about=about)
        .on_conflict_do_nothing()
    )


async def handsets(tx: Tx) -> list[Handset]:
    rows = await tx.rows(select(handset).order_by(handset.c.created_at, handset.c.id))
    return [_handset(row, tx.vault) for row in rows]


async def find_handset(tx: Tx, handset_id: str) -> Handset | None:
    row = await tx.one(select(handset).where(handset.c.id == handset_id))
    return None if row is None else _handset(row, tx.vault)


def _sealed(vault: Vault, handset_id: str, text: str, options: Sequence[tuple[str, str]]) -> dict[str, Any]:
    return {
        "handset_id": handset_id,
        "text": vault.seal(text, "handset_text.text"),
        "options": vault.seal_json([list(o) for o in options], "handset_text.options") if options else None,
        "key": None,
    }


def _add(direction: str) -> Any:
    """Put a text on a handset that exists, and tell the pages: one statement."""
    known = select(
        handset.c.id,
        literal(direction),
        bindparam("text", type_=LargeBinary),
        bindparam("options", type_=LargeBinary),
        bindparam("key", type_=Text),
    ).where(handset.c.id == bindparam("handset_id", type_=Text))
    names = ["handset_id", "direction", "text", "options", "key"]
    added = insert(handset_text).from_select(names, known).on_conflict_do_nothing(index_elements=["key"])
    made = added.returning(handset_text.c.id).cte("made")
    told = func.pg_notify("warmline_changes", func.concat("handset:", handset.c.id))
    return (
        select(handset.c.kind, handset.c.side, made.c.id, told)
        .outerjoin(made, true())
        .where(handset.c.id == bindparam("handset_id"))
    )


_DELIVER, _WRITE = _add("to_phone"), _add("from_phone")


async def deliver_text(
    tx: Tx, *, handset_id: str, text: str, options: Sequence[tuple[str, str]], key: str
) -> bool:
    """Show a text on a handset; the same key twice is one text. False when there is no such handset."""
    return await tx.one(_DELIVER, {**_sealed(tx.vault, handset_id, text, options), "key": key}) is not None


async def write_text(tx: Tx, *, handset_id: str, text: str) -> tuple[str, str, int] | None:
    """What the person with the handset typed: (kind, side, text id). None when there is no such handset."""
    row = await tx.one(_WRITE, _sealed(tx.vault, handset_id, text, ()))
    return None if row is None else (row.kind, row.side, row.id)


_asked = handset_text.alias("asked")
_NEWEST_QUESTION = (
    select(func.max(_asked.c.id))
    .where(_asked.c.handset_id == bindparam("handset_id"), _asked.c.options.is_not(None))
    .scalar_subquery()
)
_TEXTS = (
    select(handset_text, _NEWEST_QUESTION.label("newest_question"))
    .where(handset_text.c.handset_id == bindparam("handset_id"), handset_text.c.id > bindparam("after_id"))
    .order_by(handset_text.c.id.desc())
    .limit(bindparam("limit"))
)


async def texts(
    tx: Tx, handset_id: str, after_id: int = 0, limit: int = 300
) -> tuple[list[HandsetText], int | None]:
    """The newest texts on a handset after `after_id`, oldest first, and the id of its newest one with options."""
    rows = await tx.rows(_TEXTS, {"handset_id": handset_id, "after_id": after_id, "limit": limit})
    newest = rows[0].newest_question if rows else None
    return [_text(row, tx.vault) for row in reversed(rows)], newest


async def find_text(tx: Tx, handset_id: str, text_id: int) -> HandsetText | None:
    row = await tx.one(
        select(handset_text).where(handset_text.c.handset_id == handset_id, handset_text.c.id == text_id)
    )
    return None if row is None else _text(row, tx.vault)


async def forget_texts(tx: Tx, handset_id: str, external_ids: Sequence[str]) -> None:
    """Take texts off a handset: ours by their key, the person's own by the number in theirs ("in:7")."""
    own = [int(one.removeprefix("in:")) for one in external_ids if one.removeprefix("in:").isdigit()]
    which = or_(handset_text.c.key.in_(external_ids), handset_text.c.id.in_(own))
    gone = delete(handset_text).where(handset_text.c.handset_id == handset_id, which)
    await tx.run(gone)
    await tx.run(select(func.pg_notify("warmline_changes", f"handset:{handset_id}")))
