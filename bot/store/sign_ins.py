"""Queries on codes to sign in and on second factors. Names, computers and codes stand there as keyed hashes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.store.database import Tx
from bot.store.desk_tables import second_factor, sign_in

_COLUMN = "second_factor.secret"


@dataclass(frozen=True)
class SignIn:
    """One try to sign in. `passed`: the code was right and a second factor is still asked for."""

    id: int
    name_hash: bytes
    counselor_id: str | None
    code_hash: bytes | None
    wrong: int
    asked_at: datetime
    passed: bool


async def begin(
    tx: Tx,
    *,
    token_hash: bytes,
    name_hash: bytes,
    origin_hash: bytes,
    counselor_id: str | None,
    now: datetime,
) -> int:
    row = await tx.run(
        insert(sign_in)
        .values(
            token_hash=token_hash,
            name_hash=name_hash,
            origin_hash=origin_hash,
            counselor_id=counselor_id,
            asked_at=now,
        )
        .returning(sign_in.c.id)
    )
    return int(row.scalar_one())


async def wrong_tries(tx: Tx, name_hash: bytes, since: datetime) -> list[int]:
    """The wrong tries of each code that was made for this name since then and led nobody in."""
    rows = await tx.rows(
        select(sign_in.c.wrong).where(
            sign_in.c.name_hash == name_hash, sign_in.c.asked_at > since, sign_in.c.used_at.is_(None)
        )
    )
    return [int(row.wrong) for row in rows]


async def asked_from(tx: Tx, origin_hash: bytes, since: datetime) -> int:
    row = await tx.run(
        select(func.count())
        .select_from(sign_in)
        .where(sign_in.c.origin_hash == origin_hash, sign_in.c.asked_at > since, sign_in.c.used_at.is_(None))
    )
    return int(row.scalar_one())


async def lock_open(tx: Tx, token_hash: bytes) -> SignIn | None:
    """The try this token belongs to, held until the transaction ends. None when it led in already."""
    row = await tx.one(
        select(sign_in)
        .where(sign_in.c.token_hash == token_hash, sign_in.c.used_at.is_(None))
        .with_for_update()
    )
    if row is None:
        return None
    return SignIn(
        row.id,
        row.name_hash,
        row.counselor_id,
        row.code_hash,
        row.wrong,
        row.asked_at,
        row.passed_at is not None,
    )


async def counselor_of(tx: Tx, sign_in_id: int) -> str | None:
    row = await tx.one(select(sign_in.c.counselor_id).where(sign_in.c.id == sign_in_id))
    return row.counselor_id if row else None


async def change(tx: Tx, sign_in_id: int, **values: Any) -> None:
    await tx.run(update(sign_in).where(sign_in.c.id == sign_in_id).values(**values))


async def purge(tx: Tx, before: datetime) -> None:
    await tx.run(delete(sign_in).where(sign_in.c.asked_at < before))


@dataclass(frozen=True)
class SecondFactor:
    """An authenticator app: its secret, whether a first code confirmed it, and the newest step that was used."""

    secret: str
    confirmed: bool
    last_step: int


async def second_factor_of(tx: Tx, counselor_id: str) -> SecondFactor | None:
    row = await tx.one(
        select(second_factor).where(second_factor.c.counselor_id == counselor_id).with_for_update()
    )
    if row is None:
        return None
    return SecondFactor(tx.vault.open(row.secret, _COLUMN), row.confirmed_at is not None, row.last_step)


async def set_second_factor(tx: Tx, counselor_id: str, secret: str) -> None:
    """A new secret, not yet confirmed; it replaces one that never was."""
    values = {"secret": tx.vault.seal(secret, _COLUMN), "confirmed_at": None, "last_step": 0}
    statement = insert(second_factor).values(counselor_id=counselor_id, **values)
    await tx.run(
        statement.on_conflict_do_update(
            index_elements=["counselor_id"], set_=values, where=second_factor.c.confirmed_at.is_(None)
        )
    )


async def confirm_second_factor(tx: Tx, counselor_id: str, step: int, now: datetime) -> None:
    await tx.run(
        update(second_factor)
        .where(second_factor.c.counselor_id == counselor_id)
        .values(confirmed_at=func.coalesce(second_factor.c.confirmed_at, now), last_step=step)
    )


async def remove_second_factor(tx: Tx, counselor_id: str) -> bool:
    gone = await tx.run(delete(second_factor).where(second_factor.c.counselor_id == counselor_id))
    return bool(gone.rowcount)
