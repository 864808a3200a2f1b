"""Listens on PostgreSQL for what changed and rings the bell of the pages. Carries names and ids, never content."""

import asyncio

import psycopg
import structlog

from bot.web.bell import Bell

log = structlog.get_logger("listening")
CHANNEL = "warmline_changes"


async def listen_for_changes(dsn: str, bell: Bell) -> None:
    """Runs until cancelled; connects again when the database was away."""
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
                await connection.execute(f"LISTEN {CHANNEL}")
                async for notice in connection.notifies():
                    bell.ring(notice.payload)
        except psycopg.OperationalError as error:
            log.warning("listening.lost", error=type(error).__name__)
            await asyncio.sleep(1)
