"""Queries on texts to review. A text stands there once, sealed, found again by a keyed hash, without who wrote it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.store.database import Tx
from bot.store.record_tables import review

MOST = 5000  # texts; whoever floods the bot with nonsense fills no disk


@dataclass(frozen=True)
class Review:
    """One text: what the bot took it for (best first), what its writer chose, what a person labelled it as."""

    id: int
    text: str
    kind: str
    guesses: tuple[str, ...]
    meant: str | None
    language: str
    times: int
    label: str | None
    seen_on: date


async def keep(tx: Tx, text: str, detail: Mapping[str, Any], day: date, *, again: bool) -> None:
    """Keep a text, or what is newly known about it. `again`: it was written once more."""
    name = tx.vault.hash_address("review", text.casefold()).hex()
    found = await tx.one(select(review.c.id, review.c.times).where(review.c.fingerprint == name))
    sealed = {
        "text": tx.vault.seal(text, "review.text"),
        "detail": tx.vault.seal_json(dict(detail), "review.detail"),
        "seen_on": day,
    }
    if found is None:
        if await _is_full(tx):
            return
        await tx.run(insert(review).values(fingerprint=name, **sealed).on_conflict_do_nothing())
        return
    times = found.times + 1 if again else found.times
    await tx.run(update(review).where(review.c.id == found.id).values(times=times, **sealed))


async def _is_full(tx: Tx) -> bool:
    return await tx.one(select(review.c.id).order_by(review.c.id).offset(MOST - 1).limit(1)) is not None


async def read(tx: Tx, *, labelled: bool) -> Sequence[Review]:
    """All that have a label, or all that have none; the most frequent first."""
    rows = await tx.rows(
        select(review)
        .where(review.c.label.is_not(None) if labelled else review.c.label.is_(None))
        .order_by(review.c.times.desc(), review.c.id)
    )
    return [_review(row, tx) for row in rows]


def _review(row: Any, tx: Tx) -> Review:
    detail = tx.vault.open_json(row.detail, "review.detail")
    return Review(
        id=row.id,
        text=tx.vault.open(row.text, "review.text"),
        kind=detail["kind"],
        guesses=tuple(detail["guesses"]),
        meant=detail["meant"],
        language=detail["language"],
        times=row.times,
        label=row.label,
        seen_on=row.seen_on,
    )


async def label(tx: Tx, review_id: int, as_what: str | None) -> bool:
    """False when there is no such text."""
    done = await tx.run(update(review).where(review.c.id == review_id).values(label=as_what))
    return done.rowcount == 1


async def drop(tx: Tx, review_id: int) -> bool:
    return (await tx.run(delete(review).where(review.c.id == review_id))).rowcount == 1


async def drop_older_than(tx: Tx, day: date) -> int:
    """Forget what was last written before this day. Returns how many texts."""
    return (await tx.run(delete(review).where(review.c.seen_on < day))).rowcount
