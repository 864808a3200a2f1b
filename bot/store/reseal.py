"""Seals again, with the newest master key, what older ones sealed: in small batches, while everything runs."""

import base64
from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import Column, LargeBinary, Table, and_, bindparam, select, text, tuple_, update

from bot.store import phone_tables, record_tables  # noqa: F401  (their tables belong to the metadata)
from bot.store.database import Database
from bot.store.tables import metadata
from bot.store.vault import Vault
from rasa_components.sealing import Seal

BATCH = 500  # rows of one transaction
HASHED = "_hash"  # columns that end so hold keyed hashes; their key stays

_READ_TURNS = text(
    "SELECT id, conversation_id, events FROM rasa.turns WHERE id > :last ORDER BY id LIMIT :batch FOR UPDATE"
)
_WRITE_TURN = text("UPDATE rasa.turns SET events = :events WHERE id = :id")


def sealed_columns(table: Table) -> list["Column[Any]"]:
    """The columns of a table that hold sealed values; each is sealed under the name "table.column"."""
    return [c for c in table.c if isinstance(c.type, LargeBinary) and not c.name.endswith(HASHED)]


def sealed_tables() -> list[Table]:
    return [table for table in metadata.sorted_tables if sealed_columns(table)]


async def reseal_all(database: Database) -> AsyncIterator[tuple[str, int]]:
    """One pass over everything sealed; yields (table, rows sealed again) for each batch that had some."""
    for table in sealed_tables():
        last: tuple[Any, ...] | None = None
        while True:
            last, done, more = await _batch(database, table, last)
            if done:
                yield table.name, done
            if not more:
                break
    async for done in _rasas_turns(database):
        yield "rasa.turns", done


async def _batch(
    database: Database, table: Table, last: tuple[Any, ...] | None
) -> tuple[tuple[Any, ...] | None, int, bool]:
    """(the last key that was read, rows sealed again, whether there may be more)."""
    key, columns = list(table.primary_key.columns), sealed_columns(table)
    read = select(*key, *columns).order_by(*key).limit(BATCH).with_for_update()
    if last is not None:
        read = read.where(tuple_(*key) > last)
    async with database.transaction() as tx:
        rows = await tx.rows(read)
        changes = [
            {**{f"k_{c.name}": getattr(row, c.name) for c in key}, **new}
            for row in rows
            if (new := _again(tx.vault, table, row._mapping))
        ]
        for change in changes:
            names = [c.name for c in columns if c.name in change]
            await tx.run(
                update(table)
                .where(and_(*(c == bindparam(f"k_{c.name}") for c in key)))
                .values({name: bindparam(name) for name in names}),
                change,
            )
    newest = tuple(getattr(rows[-1], c.name) for c in key) if rows else last
    return newest, len(changes), len(rows) == BATCH


def _again(vault: Vault, table: Table, row: Any) -> dict[str, bytes]:
    """The row's values that an older key sealed, sealed anew."""
    found = {}
    for column in sealed_columns(table):
        sealed, name = row[column.name], f"{table.name}.{column.name}"
        if sealed is not None and not vault.is_current(sealed):
            found[column.name] = vault.seal(vault.open(sealed, name), name)
    return found


async def _rasas_turns(database: Database) -> AsyncIterator[int]:
    """Rasa's memory is sealed by Rasa's process; its keys come from the same master keys."""
    async with database.single() as tx:
        if (await tx.run(text("SELECT to_regclass('rasa.turns')"))).scalar() is None:
            return
    last, more = 0, True
    while more:
        async with database.transaction() as tx:
            seal = Seal(tracker_keys(tx.vault))
            rows = await tx.rows(_READ_TURNS, {"last": last, "batch": BATCH})
            old = [row for row in rows if not seal.is_current(row.events)]
            for row in old:
                events = seal.close(seal.open(row.events, row.conversation_id), row.conversation_id)
                await tx.run(_WRITE_TURN, {"id": row.id, "events": events})
        last, more = (rows[-1].id if rows else last), len(rows) == BATCH
        if old:
            yield len(old)


def tracker_keys(vault: Vault) -> str:
    """The keys of Rasa's memory, the newest first, as its process reads them."""
    return ",".join(base64.b64encode(key).decode() for key in vault.keys_for("rasa tracker"))
