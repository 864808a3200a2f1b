"""Queries on verdicts: one for each incoming text, written once."""

from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from bot.screen.verdict import Verdict
from bot.store.database import Tx
from bot.store.tables import message, verdict
from bot.store.vault import Vault

_READ = select(verdict.c.level, verdict.c.detail).where(verdict.c.message_id == bindparam("id"))


def verdict_from(row: Row[Any], vault: Vault) -> Verdict:
    """A verdict from a row with `level` and `detail`."""
    detail = vault.open_json(row.detail, "verdict.detail")
    return Verdict(
        level=row.level,
        kinds=tuple(detail["kinds"]),
        about=detail["about"],
        evidence=tuple(detail["evidence"]),
        rules=tuple(detail["rules"]),
        signs=tuple(detail["signs"]),
    )


async def read(tx: Tx, message_id: int) -> Verdict | None:
    row = await tx.one(_READ, {"id": message_id})
    return None if row is None else verdict_from(row, tx.vault)


async def add(tx: Tx, message_id: int, found: Verdict) -> bool:
    """Store the verdict. False when somebody else stored one first: then theirs counts."""
    detail = {
        "kinds": list(found.kinds),
        "about": found.about,
        "evidence": list(found.evidence),
        "rules": list(found.rules),
        "signs": list(found.signs),
    }
    stored = await tx.one(
        insert(verdict)
        .values(message_id=message_id, level=found.level, detail=tx.vault.seal_json(detail, "verdict.detail"))
        .on_conflict_do_nothing()
        .returning(verdict.c.message_id)
    )
    return stored is not None


async def evidence_of(tx: Tx, conversation_id: str, limit: int = 20) -> list[Verdict]:
    """What the screen saw in this conversation and was not clear, newest first."""
    rows = await tx.rows(
        select(verdict.c.level, verdict.c.detail)
        .join(message, message.c.id == verdict.c.message_id)
        .where(message.c.conversation_id == conversation_id, verdict.c.level != "clear")
        .order_by(verdict.c.message_id.desc())
        .limit(limit)
    )
    return [verdict_from(row, tx.vault) for row in rows]
