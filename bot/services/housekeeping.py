"""What runs by itself every minute or hour beside the jobs: old data goes, providers are asked to forget.

It decides nothing about a conversation.
"""

import asyncio
from contextlib import aclosing
from datetime import timedelta

import structlog
from sqlalchemy import text

from bot.channels.base import Forgetting, SendError
from bot.services.context import Context
from bot.store import audit, conversations, rights
from bot.store.purge import Retention, purge

log = structlog.get_logger("housekeeping")

PURGE_EVERY = 3600.0  # seconds
FORGET_EVERY = 10.0
MOST_TRIES = 8
FORGET_AFTER = timedelta(minutes=10)  # what was handled may still be looked at by its provider's retry

_DELIVERED = text(
    "UPDATE message SET forgotten_at = :now WHERE id IN (SELECT id FROM message"
    " WHERE channel = ANY(:channels) AND created_at > :since AND forgotten_at IS NULL AND external_id IS NOT NULL"
    " AND counselor_id IS NULL AND (status IN ('delivered', 'read', 'undelivered', 'failed')"
    " OR handled_at < :before) LIMIT 100 FOR UPDATE SKIP LOCKED)"
    " RETURNING conversation_id, channel, external_id"
)


async def housekeeping(context: Context, retention: Retention, forget_channels: list[str]) -> None:
    """Run for ever. A failure is logged by its kind and tried again the next time."""
    next_purge = 0.0
    loop = asyncio.get_running_loop()
    while True:
        try:
            if forget_channels:
                await queue_delivered(context, forget_channels)
            await forget_some(context)
            if loop.time() >= next_purge:
                await purge_now(context, retention)
                next_purge = loop.time() + PURGE_EVERY
        except Exception as error:
            log.warning("housekeeping.failed", error=type(error).__name__)
        await asyncio.sleep(FORGET_EVERY)


async def purge_now(context: Context, retention: Retention) -> dict[str, int]:
    """Remove what is older than its time. Returns how many rows of which table."""
    gone: dict[str, int] = {}
    async with aclosing(purge(context.database, retention, context.clock.now())) as rows:
        async for table, count in rows:
            gone[table] = gone.get(table, 0) + count
    if gone:
        async with context.database.single() as tx:
            detail = ",".join(f"{table}={count}" for table, count in gone.items())[:120]
            await audit.record(tx, "purged", actor="service", detail=detail)
        log.info("housekeeping.purged", **{name.replace(".", "_"): count for name, count in gone.items()})
    return gone


async def queue_delivered(context: Context, channels: list[str]) -> int:
    """Messages that reached their end are to be forgotten by their provider."""
    now = context.clock.now()
    async with context.database.transaction() as tx:
        values = {
            "channels": channels,
            "now": now,
            "since": now - timedelta(days=7),
            "before": now - FORGET_AFTER,
        }
        rows = await tx.rows(_DELIVERED, values)
        for row in rows:
            channel, address = await conversations.address_of(tx, str(row.conversation_id))
            await rights.queue_to_forget(tx, channel, address, row.external_id)
    return len(rows)


async def forget_some(context: Context) -> int:
    """Ask providers to delete what is due. What cannot be deleted is recorded in the audit, once."""
    async with context.database.transaction() as tx:
        due = await rights.due_to_forget(tx, context.clock.now())
    for one in due:
        gave_up = await _forget(context, one)
        if gave_up is None:
            continue
        async with context.database.transaction() as tx:
            await rights.forgotten(tx, one.id)
            if gave_up:
                await audit.record(tx, "forget:not_possible", actor="service", detail=one.channel)
    return len(due)


async def _forget(context: Context, one: rights.ToForget) -> bool | None:
    """None: try again later. True: it cannot be deleted there. False: it is deleted, or nobody else has it."""
    channel = context.channels.get(one.channel)
    if not isinstance(channel, Forgetting):
        return False
    try:
        return not await channel.forget(one.address, one.external_id)
    except SendError as error:
        log.warning("forget.failed", channel=one.channel, code=error.code, attempts=one.attempts)
        return True if one.attempts >= MOST_TRIES else None
