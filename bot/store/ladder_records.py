"""Queries on what was seen to happen on a handoff's ladder. Rows are added and never changed; ids and moments only."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from bot.domain.handoff import Handoff
from bot.store.database import Tx
from bot.store.tables import ladder_record


@dataclass(frozen=True)
class Seen:
    """What happened: asked, passed, taken, first_reply, nudged, given_back, hurried or closed; at which step, to whom."""

    what: str
    step: int
    counselor_id: str | None
    at: datetime


async def record(
    tx: Tx,
    handoff: Handoff,
    what: str,
    at: datetime,
    *,
    step: int | None = None,
    counselor_id: str | None = None,
) -> None:
    """Keep it in the transaction that does it, so that nothing is kept that did not happen."""
    own = handoff.step if step is None else step
    values = {"handoff_id": handoff.id, "what": what, "step": own, "counselor_id": counselor_id, "at": at}
    await tx.run(insert(ladder_record).values(values))


async def of(tx: Tx, handoff_id: int) -> list[Seen]:
    """Everything of one handoff, oldest first."""
    rows = await tx.rows(
        select(ladder_record).where(ladder_record.c.handoff_id == handoff_id).order_by(ladder_record.c.id)
    )
    return [Seen(row.what, row.step, row.counselor_id, row.at) for row in rows]
