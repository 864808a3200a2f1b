"""Deletes rows with everything that refers to them, however many tables there are by now."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, delete, select

from bot.store.database import Tx
from bot.store.tables import counselor, metadata


async def delete_with_children(tx: Tx, table: Table, ids: Sequence[Any]) -> int:
    """Delete the rows of `table` with these ids, and first what refers to them. Counselors are never deleted so."""
    if not ids:
        return 0
    assert table is not counselor, "a counselor's rows stay"
    for child in metadata.sorted_tables:
        for reference in child.foreign_keys:
            if reference.column.table is not table or child is table:
                continue
            key = list(child.primary_key.columns)
            if len(key) == 1 and any(
                f.column.table is child for t in metadata.tables.values() for f in t.foreign_keys
            ):
                found = await tx.rows(select(key[0]).where(reference.parent.in_(ids)))
                await delete_with_children(tx, child, [row[0] for row in found])
            else:
                await tx.run(delete(child).where(reference.parent.in_(ids)))
    own = next(iter(table.primary_key.columns))
    return (await tx.run(delete(table).where(own.in_(ids)))).rowcount
