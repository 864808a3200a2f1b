"""Whether this process can do its work, and how much waits. Numbers only: no text, no address, no id of a person."""

import asyncio

from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.process_collector import ProcessCollector
from sqlalchemy import text

from bot.store.database import Database

PATIENCE = 2.0  # seconds a database may take to answer

# name -> (help, statement giving one number). Each reads an index that is small when all is well.
_MEASURES = {
    "warmline_messages_waiting": (
        "Incoming messages that nobody dealt with yet.",
        "SELECT count(*) FROM message WHERE direction = 'incoming' AND handled_at IS NULL",
    ),
    "warmline_message_oldest_seconds": (
        "Age of the oldest of them.",
        "SELECT coalesce(extract(epoch FROM now() - min(created_at)), 0) FROM message"
        " WHERE direction = 'incoming' AND handled_at IS NULL",
    ),
    "warmline_texts_unsent": (
        "Texts that are to leave.",
        "SELECT count(*) FROM message WHERE direction = 'outgoing' AND status IN ('queued', 'sending')",
    ),
    "warmline_handoffs_waiting": (
        "Clients who wait for a counselor.",
        "SELECT count(*) FROM handoff WHERE state IN ('open', 'offered') AND NOT drill",
    ),
    "warmline_crises_waiting": (
        "Clients in a crisis whom nobody has taken.",
        "SELECT count(*) FROM handoff WHERE state IN ('open', 'offered') AND priority = 'crisis' AND NOT drill",
    ),
    "warmline_jobs_waiting": (
        "Jobs that nobody has begun.",
        "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'",
    ),
    "warmline_jobs_failed": (
        "Jobs that failed and were given up, of the last weeks.",
        "SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'",
    ),
    "warmline_requests_open": (
        "Clients' requests about their data that nobody has done.",
        "SELECT count(*) FROM data_request WHERE done_at IS NULL",
    ),
}


def ready_router(database: Database) -> APIRouter:
    """`/ready`: 200 when the database answers, else 503, so that a balancer sends nobody here."""
    router = APIRouter(include_in_schema=False)

    @router.get("/ready")
    async def ready() -> JSONResponse:
        if await answers(database):
            return JSONResponse({"status": "ready"})
        return JSONResponse({"status": "database away"}, status_code=503)

    return router


def metrics_router(database: Database) -> APIRouter:
    """`/metrics` in Prometheus' form. For the internal listener only."""
    router = APIRouter(include_in_schema=False)

    @router.get("/metrics")
    async def metrics() -> PlainTextResponse:
        registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        up = Gauge("warmline_database_up", "Whether the database answers.", registry=registry)
        try:
            async with asyncio.timeout(PATIENCE):
                for name, value in (await measured(database)).items():
                    Gauge(name, _MEASURES[name][0], registry=registry).set(value)
            up.set(1)
        except Exception:
            up.set(0)
        return PlainTextResponse(generate_latest(registry))

    return router


async def measured(database: Database) -> dict[str, float]:
    async with database.single() as tx:
        return {
            name: float((await tx.run(text(statement))).scalar_one())
            for name, (_, statement) in _MEASURES.items()
        }


async def answers(database: Database) -> bool:
    """Whether the database answers now."""
    try:
        async with asyncio.timeout(PATIENCE), database.single() as tx:
            await tx.run(text("SELECT 1"))
    except Exception:
        return False
    return True
