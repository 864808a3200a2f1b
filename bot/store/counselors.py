"""Queries on counselors: the roster as matching sees it, and who is behind an address."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Row, func, null, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.domain.matching import DESK_ONLY, Counselor
from bot.domain.shifts import shifts_from_json
from bot.store.database import Tx
from bot.store.tables import counselor, handoff, message
from bot.store.vault import Vault

_HOLDING = (
    select(handoff.c.counselor_id, func.count().label("holding"))
    .where(handoff.c.state == "taken", ~handoff.c.drill)
    .group_by(handoff.c.counselor_id)
    .subquery()
)
_ROSTER = select(counselor, func.coalesce(_HOLDING.c.holding, 0).label("holding")).outerjoin(
    _HOLDING, _HOLDING.c.counselor_id == counselor.c.id
)


def _made(row: Row[Any], vault: Vault) -> Counselor:
    profile = vault.open_json(row.profile, "counselor.profile")
    return Counselor(
        id=row.id,
        name=vault.open(row.name, "counselor.name"),
        traits=frozenset(profile["traits"]),
        about=profile.get("about", ""),
        role=row.role,
        away=row.away,
        active=row.active,
        holding=row.holding,
        capacity=row.capacity,
        channel=row.channel,
        shifts=shifts_from_json(row.shifts),
        opted_out=row.opted_out_at is not None,
    )


async def roster(tx: Tx) -> list[Counselor]:
    """Everybody who works here now, with how many conversations each holds."""
    return [_made(row, tx.vault) for row in await tx.rows(_ROSTER.where(counselor.c.active))]


async def read(tx: Tx, counselor_id: str) -> Counselor:
    return _made((await tx.run(_ROSTER.where(counselor.c.id == counselor_id))).one(), tx.vault)


async def everybody(tx: Tx) -> list[Counselor]:
    """Also who was revoked, but not who was removed: for operators."""
    return [_made(row, tx.vault) for row in await tx.rows(_ROSTER.where(counselor.c.removed_at.is_(None)))]


async def find(tx: Tx, counselor_id: str) -> Counselor | None:
    row = await tx.one(_ROSTER.where(counselor.c.id == counselor_id))
    return None if row is None else _made(row, tx.vault)


async def lock(tx: Tx, counselor_id: str) -> Counselor:
    """The counselor, held until this transaction ends: who may reach a client is not changed twice at once."""
    await tx.run(select(counselor.c.id).where(counselor.c.id == counselor_id).with_for_update())
    return await read(tx, counselor_id)


async def find_by_address(tx: Tx, channel: str, address: str) -> str | None:
    """The active counselor at this address, or None: then nobody we know is speaking."""
    row = await tx.one(
        select(counselor.c.id).where(
            counselor.c.channel == channel,
            counselor.c.address_hash == tx.vault.hash_address(channel, address),
            counselor.c.active,
        )
    )
    return None if row is None else str(row.id)


async def address_of(tx: Tx, counselor_id: str) -> tuple[str, str]:
    row = (
        await tx.run(select(counselor.c.channel, counselor.c.address).where(counselor.c.id == counselor_id))
    ).one()
    return row.channel, tx.vault.open(row.address, "counselor.address")


async def set_away(tx: Tx, counselor_id: str, away: bool) -> None:
    await tx.run(update(counselor).where(counselor.c.id == counselor_id).values(away=away))


async def set_capacity(tx: Tx, counselor_id: str, capacity: int) -> None:
    await tx.run(update(counselor).where(counselor.c.id == counselor_id).values(capacity=capacity))


async def set_shifts(tx: Tx, counselor_id: str, shifts: Any) -> None:
    """`{"duty": {"mon": ["09:00-17:00"]}, "on_call": {}}`; None: whenever the line is open."""
    value = null() if shifts is None else shifts
    await tx.run(update(counselor).where(counselor.c.id == counselor_id).values(shifts=value))


async def set_opted_out(tx: Tx, counselor_id: str, at: datetime | None) -> None:
    """Their phone said STOP (a moment), or START (None)."""
    await tx.run(update(counselor).where(counselor.c.id == counselor_id).values(opted_out_at=at))


async def bind(tx: Tx, counselor_id: str, channel: str, address: str) -> None:
    """This phone is theirs from now on; what is still queued for them goes there."""
    await tx.run(
        update(counselor)
        .where(counselor.c.id == counselor_id)
        .values(active=True, opted_out_at=None, **_reached_at(tx, channel, address))
    )
    unsent = (
        message.c.counselor_id == counselor_id,
        message.c.direction == "outgoing",
        message.c.status == "queued",
    )
    await tx.run(update(message).where(*unsent).values(channel=channel))


async def unbind(tx: Tx, counselor_id: str, *, removed_at: datetime | None = None) -> None:
    """Nothing reaches them and nothing of theirs counts, at once. Nothing of their phone is kept."""
    await tx.run(
        update(counselor)
        .where(counselor.c.id == counselor_id)
        .values(active=False, removed_at=removed_at, **_reached_at(tx, DESK_ONLY, counselor_id))
    )
    unsent = (
        message.c.counselor_id == counselor_id,
        message.c.direction == "outgoing",
        message.c.status.in_(("queued", "sending")),
    )
    await tx.run(update(message).where(*unsent).values(status="failed", error_code="revoked"))


def _reached_at(tx: Tx, channel: str, address: str) -> dict[str, Any]:
    return {
        "channel": channel,
        "address_hash": tx.vault.hash_address(channel, address),
        "address": tx.vault.seal(address, "counselor.address"),
    }


async def add(tx: Tx, *, name: str, traits: Sequence[str], about: str, role: str, capacity: int) -> str:
    """A new counselor, who is asked nothing until a phone is enrolled. Returns the id."""
    counselor_id = str(uuid4())
    values = {
        "id": counselor_id,
        "name": tx.vault.seal(name, "counselor.name"),
        "profile": tx.vault.seal_json({"traits": list(traits), "about": about}, "counselor.profile"),
        "role": role,
        "capacity": capacity,
        **_reached_at(tx, DESK_ONLY, counselor_id),
    }
    await tx.run(insert(counselor).values(values))
    return counselor_id


async def enrol(
    tx: Tx,
    *,
    counselor_id: str,
    channel: str,
    address: str,
    name: str,
    traits: list[str],
    about: str,
    role: str,
) -> None:
    """Add a counselor, or bring an existing one's profile up to date."""
    sealed = {
        "name": tx.vault.seal(name, "counselor.name"),
        "profile": tx.vault.seal_json({"traits": traits, "about": about}, "counselor.profile"),
        "role": role,
        "active": True,
    }
    statement = insert(counselor).values(id=counselor_id, **_reached_at(tx, channel, address), **sealed)
    await tx.run(statement.on_conflict_do_update(index_elements=["id"], set_=sealed))
