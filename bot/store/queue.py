"""Adds jobs to the queue in the caller's transaction (`queue.sql` holds the function)."""

from typing import Any

from psycopg.types.json import Jsonb

from bot.store.database import Tx

_ADD = "SELECT place, job_id FROM warmline_add_jobs(%s, %s)"


async def add(tx: Tx, jobs: list[dict[str, Any]], *, here: int | None) -> list[tuple[int, int]]:
    """Queue the jobs. (place in the list, from 1; job id) of each that the worker `here` has now claimed."""
    cursor = await (await tx.driver()).execute(_ADD, (Jsonb(jobs), here))
    return [(int(place), int(job_id)) for place, job_id in await cursor.fetchall()]
