"""Queries on enrolments of counselors' phones, and on strangers who wrote to a staff line. Tokens are stored hashed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.store.database import Tx
from bot.store.tables import enrolment, stranger

_OPEN = enrolment.c.ended_at.is_(None)


@dataclass(frozen=True)
class Enrolment:
    """One invitation. `claimed`: somebody used the token, and an operator has not confirmed who that is."""

    id: int
    counselor_id: str
    channel: str
    token_hash: bytes
    address_hash: bytes | None
    expires_at: datetime

    @property
    def claimed(self) -> bool:
        return self.address_hash is not None


def _made(row: Row[Any]) -> Enrolment:
    return Enrolment(row.id, row.counselor_id, row.channel, row.token_hash, row.address_hash, row.expires_at)


def token_hash(tx: Tx, channel: str, token: str) -> bytes:
    """What is stored of a token, and what a token that arrives is compared with."""
    return tx.vault.hash_address(f"enrolment {channel}", token)


async def begin(tx: Tx, counselor_id: str, channel: str, hashed: bytes, expires_at: datetime) -> int:
    """Open an invitation. Earlier ones of this counselor end."""
    await end_all(tx, counselor_id)
    values = {
        "counselor_id": counselor_id,
        "channel": channel,
        "token_hash": hashed,
        "expires_at": expires_at,
    }
    row = (await tx.run(insert(enrolment).values(values).returning(enrolment.c.id))).one()
    return int(row.id)


async def open_on(tx: Tx, channel: str, now: datetime) -> Sequence[Enrolment]:
    """Every invitation that still counts on this channel, locked: a token is used once."""
    rows = await tx.rows(
        select(enrolment)
        .where(enrolment.c.channel == channel, _OPEN, enrolment.c.expires_at > now)
        .order_by(enrolment.c.id)
        .with_for_update()
    )
    return [_made(row) for row in rows]


async def claim(tx: Tx, found: Enrolment, address: str, now: datetime) -> None:
    await tx.run(
        update(enrolment)
        .where(enrolment.c.id == found.id)
        .values(
            address_hash=tx.vault.hash_address(found.channel, address),
            address=tx.vault.seal(address, "enrolment.address"),
            claimed_at=now,
        )
    )


async def claimed_of(tx: Tx, counselor_id: str) -> tuple[Enrolment, str] | None:
    """The invitation this counselor has used, locked, with the address it came from."""
    row = await tx.one(
        select(enrolment)
        .where(enrolment.c.counselor_id == counselor_id, _OPEN, enrolment.c.address.is_not(None))
        .order_by(enrolment.c.id.desc())
        .limit(1)
        .with_for_update()
    )
    return None if row is None else (_made(row), tx.vault.open(row.address, "enrolment.address"))


async def states(tx: Tx, now: datetime) -> dict[str, str]:
    """Counselor id -> "invited" or "to confirm", for whoever is on the way."""
    rows = await tx.rows(
        select(enrolment.c.counselor_id, enrolment.c.claimed_at, enrolment.c.expires_at).where(_OPEN)
    )
    return {
        row.counselor_id: "to confirm" if row.claimed_at else "invited"
        for row in rows
        if row.claimed_at or row.expires_at > now
    }


async def end_all(tx: Tx, counselor_id: str) -> None:
    """No invitation of this counselor counts any more, and nothing stays of who used it."""
    await tx.run(
        update(enrolment)
        .where(enrolment.c.counselor_id == counselor_id, _OPEN)
        .values(ended_at=func.now(), address=None)
    )


# --- strangers ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stranger:
    """Somebody whom the staff line does not know, as far as it must be remembered to stay quiet."""

    id: int
    told: int
    tries: int
    told_at: datetime | None


async def meet(tx: Tx, channel: str, address: str, now: datetime) -> Stranger:
    """The stranger at this address, locked. After a day they are new again."""
    await tx.run(delete(stranger).where(stranger.c.created_at < now - timedelta(days=1)))
    hashed = tx.vault.hash_address(channel, address)
    values = {
        "channel": channel,
        "address_hash": hashed,
        "address": tx.vault.seal(address, "stranger.address"),
        "created_at": now,
    }
    await tx.run(insert(stranger).values(values).on_conflict_do_nothing())
    mine = select(stranger).where(stranger.c.channel == channel, stranger.c.address_hash == hashed)
    row = (await tx.run(mine.with_for_update())).one()
    return Stranger(row.id, row.told, row.tries, row.told_at)


async def note(tx: Tx, stranger_id: int, *, told_at: datetime | None = None, tried: bool = False) -> None:
    """Remember that the stranger was answered, or tried a code."""
    told, tries = int(told_at is not None), int(tried)
    values: dict[str, Any] = {"told": stranger.c.told + told, "tries": stranger.c.tries + tries}
    if told_at is not None:
        values["told_at"] = told_at
    await tx.run(update(stranger).where(stranger.c.id == stranger_id).values(**values))


async def address_of_stranger(tx: Tx, stranger_id: int) -> tuple[str, str] | None:
    """(channel, address), to answer them; None when they have been forgotten."""
    row = await tx.one(select(stranger.c.channel, stranger.c.address).where(stranger.c.id == stranger_id))
    return None if row is None else (row.channel, tx.vault.open(row.address, "stranger.address"))
