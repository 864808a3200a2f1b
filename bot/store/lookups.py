"""The key of the look-ups: made once for a database and kept in it, sealed, so that it outlives the master keys.

A person who opted out is known by a keyed hash alone; with another key nobody would know them any more.
"""

import base64

from sqlalchemy import create_engine, select
from sqlalchemy.dialects.postgresql import insert

from bot.store.record_tables import data_key
from bot.store.vault import Vault

_NAME, _COLUMN = "lookups", "data_key.sealed"


def settle_lookups(url: str, vault: Vault) -> None:
    """Give the vault this database's look-up key. Raises CannotOpen when the master keys are not its own."""
    engine = create_engine(url, hide_parameters=True)
    try:
        with engine.begin() as connection:
            made = vault.seal(base64.b64encode(vault.hash_key).decode(), _COLUMN)
            connection.execute(insert(data_key).values(name=_NAME, sealed=made).on_conflict_do_nothing())
            kept = connection.execute(select(data_key.c.sealed).where(data_key.c.name == _NAME)).scalar_one()
    finally:
        engine.dispose()
    vault.hash_key = base64.b64decode(vault.open(kept, _COLUMN))
