"""Queries on counselors: the roster as matching sees it, and who is behind an address."""

from typing import Any

from sqlalchemy import Row, func, null, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.domain.matching import Counselor
from bot.domain.shifts import shifts_from_json
from bot.store.database import Tx
from bot.store.tables import counselor, handoff
from bot.store.vault import Vault

_HOLDING = (
    select(handoff.c.counselor_id, func.count().label("holding"))
    .where(handoff.c.state == "taken")
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
    )


async def roster(tx: Tx) -> list[Counselor]:
    """Everybody who is enrolled and active, with how many conversations each holds now."""
    return [_made(row, tx.vault) for row in await tx.rows(_ROSTER.where(counselor.c.active))]


async def read(tx: Tx, counselor_id: str) -> Counselor:
    return _made((await tx.run(_ROSTER.where(counselor.c.id == counselor_id))).one(), tx.vault)


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


async def set_shifts(tx: Tx, counselor_id: str, shifts: Any) -> None:
    """`{"duty": {"mon": ["09:00-17:00"]}, "on_call": {}}`; None: whenever the line is open."""
    value = null() if shifts is None else shifts
    await tx.run(update(counselor).where(counselor.c.id == counselor_id).values(shifts=value))


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
    statement = insert(counselor).values(
        id=counselor_id,
        channel=channel,
        address_hash=tx.vault.hash_address(channel, address),
        address=tx.vault.seal(address, "counselor.address"),
        **sealed,
    )
    await tx.run(statement.on_conflict_do_update(index_elements=["id"], set_=sealed))
