"""Opens transactions on PostgreSQL. Queries live beside it, one module a table; nothing here knows them.

Never keep a transaction open while Rasa, a provider or an action is awaited (docs/architecture).
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Executable, Row
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.store.vault import Vault


@dataclass(frozen=True)
class Tx:
    """One open transaction and the vault that seals what goes through it.

    `after_commit`: what is done once it is committed, and never when it is rolled back.
    """

    connection: AsyncConnection
    vault: Vault
    after_commit: list[Callable[[], None]] = field(default_factory=list)

    async def run(self, statement: Executable, values: Any = None) -> CursorResult[Any]:
        return await self.connection.execute(statement, values)

    async def one(self, statement: Executable, values: Any = None) -> Row[Any] | None:
        return (await self.connection.execute(statement, values)).one_or_none()

    async def rows(self, statement: Executable, values: Any = None) -> list[Row[Any]]:
        return list((await self.connection.execute(statement, values)).all())

    async def driver(self) -> Any:
        """The psycopg connection underneath: what is queued on it stands or falls with this transaction."""
        return (await self.connection.get_raw_connection()).driver_connection


class Database:
    """A pool of connections. `transaction()` commits at its end and rolls back on any error."""

    def __init__(self, url: str, vault: Vault, pool_size: int = 12) -> None:
        self.engine: AsyncEngine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=4,
            pool_timeout=15,
            pool_pre_ping=False,
            hide_parameters=True,
        )
        self._single = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self.vault = vault

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        async with self.engine.begin() as connection:
            tx = Tx(connection, self.vault)
            yield tx
        for follow in tx.after_commit:
            follow()

    @asynccontextmanager
    async def single(self) -> AsyncIterator[Tx]:
        """For one statement that stands alone: it commits by itself, without BEGIN and COMMIT around it."""
        async with self._single.connect() as connection:
            yield Tx(connection, self.vault)

    async def close(self) -> None:
        await self.engine.dispose()
