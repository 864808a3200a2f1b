"""Queries on the record of medical emergencies. Its words are sealed; rows are added and read, never changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from bot.domain.handoff import Handoff
from bot.store.database import Tx
from bot.store.desk_tables import emergency
from bot.store.tables import handoff

_COLUMN = "emergency.detail"


@dataclass(frozen=True)
class Kept:
    """One disclosure in a medical emergency, as it was recorded."""

    tag: str | None
    handoff_id: int
    counselor_id: str
    detail: Mapping[str, Any]
    disclosed_at: datetime
    recorded_at: datetime


async def add(
    tx: Tx, of: Handoff, counselor_id: str, detail: Mapping[str, Any], disclosed_at: datetime
) -> None:
    await tx.run(
        insert(emergency).values(
            conversation_id=of.conversation_id,
            handoff_id=of.id,
            counselor_id=counselor_id,
            detail=tx.vault.seal_json(dict(detail), _COLUMN),
            disclosed_at=disclosed_at,
        )
    )


async def newest(tx: Tx, limit: int = 200) -> list[Kept]:
    rows = await tx.rows(
        select(emergency, handoff.c.tag)
        .outerjoin(handoff, handoff.c.id == emergency.c.handoff_id)
        .order_by(emergency.c.id.desc())
        .limit(limit)
    )
    return [
        Kept(
            row.tag,
            row.handoff_id,
            row.counselor_id,
            tx.vault.open_json(row.detail, _COLUMN),
            row.disclosed_at,
            row.recorded_at,
        )
        for row in rows
    ]
