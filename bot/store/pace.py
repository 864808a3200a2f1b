"""Queries on turns to send: which chat may get its next message when, over all processes. Keys are hashes and names.

The table is unlogged: after a crash of the database it is empty, and the first messages go at once.
"""

from dataclasses import dataclass

from sqlalchemy import text

from bot.store.database import Tx


@dataclass(frozen=True)
class Turn:
    """Seconds until a message may leave, and its moment on the database's clock, in seconds. Granted turns are ours."""

    granted: bool
    wait: float
    at: float


# One statement: the chat's row first (two processes with one chat wait for each other there), then the lane's.
_TAKE = text(
    """
    WITH clock AS MATERIALIZED (SELECT clock_timestamp() AS now),
    chat AS (
        INSERT INTO pace AS p (key, free_at)
        SELECT :chat, now + make_interval(secs => :per_chat) FROM clock
        ON CONFLICT (key) DO UPDATE SET free_at = excluded.free_at
        WHERE p.free_at <= excluded.free_at - make_interval(secs => :per_chat)
        RETURNING free_at
    ),
    lane AS (
        INSERT INTO pace AS p (key, free_at)
        SELECT :lane, now + make_interval(secs => :between) FROM clock WHERE EXISTS (SELECT FROM chat)
        ON CONFLICT (key) DO UPDATE
        SET free_at = greatest(p.free_at + make_interval(secs => :between), excluded.free_at)
        RETURNING free_at - make_interval(secs => :between) AS at
    )
    SELECT lane.at IS NOT NULL AS granted,
        extract(epoch FROM coalesce(lane.at, p.free_at, now) - now)::float8 AS wait,
        extract(epoch FROM coalesce(lane.at, p.free_at, now))::float8 AS at
    FROM clock LEFT JOIN lane ON true LEFT JOIN pace AS p ON p.key = :chat
    """
)
_HOLD = text(
    """
    INSERT INTO pace AS p (key, free_at) VALUES (:chat, clock_timestamp() + make_interval(secs => :seconds))
    ON CONFLICT (key) DO UPDATE SET free_at = greatest(p.free_at, excluded.free_at)
    """
)
_FORGET = text("DELETE FROM pace WHERE free_at < clock_timestamp() - interval '1 minute'")


async def take(tx: Tx, chat: bytes, lane: bytes, *, per_chat: float, between: float) -> Turn:
    """A turn of this chat in this lane, or how long the chat has to wait for one. All times in seconds.

    A granted turn may lie ahead, when others of the lane come first: `hold` the chat from then on.
    """
    values = {"chat": chat, "lane": lane, "per_chat": per_chat, "between": between}
    row = await tx.one(_TAKE, values)
    assert row is not None
    return Turn(row.granted, max(0.0, row.wait), row.at)


async def hold(tx: Tx, chat: bytes, seconds: float) -> None:
    """Nothing more to this chat for so long."""
    await tx.run(_HOLD, {"chat": chat, "seconds": seconds})


async def forget(tx: Tx) -> int:
    """Remove what no longer holds anything up."""
    return (await tx.run(_FORGET)).rowcount
