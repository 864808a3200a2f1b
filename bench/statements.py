"""Which statements ran, and does each find its rows by an index: from pg_stat_statements, plans and the tables' counters."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, LiteralString, cast

import psycopg

MOST_BLOCKS = (
    300  # a statement of the hot path finds its rows in a handful; who looks at more has no fitting index
)
LARGE = 1000  # rows; a smaller table is read whole for less than an index costs
_RAN = """
SELECT query, sum(calls)::bigint, sum(total_exec_time) / sum(calls), max(max_exec_time),
       (sum(shared_blks_hit + shared_blks_read) / sum(calls))::bigint
FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
WHERE d.datname = current_database() AND query ~* '^\\s*(/\\*.*\\*/)?\\s*(select|insert|update|delete|with|merge)'
AND query !~* 'pg_stat_|pg_total_relation_size|pg_database_size'
GROUP BY query ORDER BY sum(total_exec_time) DESC
"""
_TABLES = "SELECT schemaname || '.' || relname, seq_scan, seq_tup_read, n_live_tup FROM pg_stat_user_tables"


@dataclass(frozen=True)
class Statement:
    """One statement as PostgreSQL keeps it, without its values. Times are milliseconds, of one call like `blocks`.

    `whole`: a plan for any values would read these large tables whole. PostgreSQL keeps a statement without its
    constants, so the plan may miss an index that needs one of them: what was really read whole, the tables' counters say.
    """

    text: str
    calls: int
    mean: float
    longest: float
    blocks: int  # of 8 kB that it looked at
    whole: tuple[str, ...]
    planned: bool


def begin(dsn: str) -> dict[str, tuple[int, int]]:
    """Forget what ran until now; the tables' counters as they are."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        connection.execute("SELECT pg_stat_statements_reset()")
        return {name: (scans, rows) for name, scans, rows, _ in connection.execute(_TABLES).fetchall()}


def read_whole(dsn: str, before: dict[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """(how often, rows in all) of each large table that was read from end to end since."""
    found = {}
    with psycopg.connect(dsn, autocommit=True) as connection:
        for name, scans, rows, live in connection.execute(_TABLES).fetchall():
            earlier = before.get(name, (0, 0))
            if live > LARGE and scans > earlier[0]:
                found[name] = (scans - earlier[0], rows - earlier[1])
    return found


def ran(dsn: str) -> list[Statement]:
    """Every statement since `begin`, with its plan looked at, the costliest first."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        large = {
            name.split(".")[1] for name, _, _, live in connection.execute(_TABLES).fetchall() if live > LARGE
        }
        return [
            Statement(query, calls, mean, longest, blocks, *_plan(connection, query, large))
            for query, calls, mean, longest, blocks in connection.execute(
                cast(LiteralString, _RAN)
            ).fetchall()
        ]


def _plan(connection: psycopg.Connection, query: str, large: set[str]) -> tuple[tuple[str, ...], bool]:
    """(the large tables a plan for any values reads whole, whether a plan could be made)."""
    asked = cast(LiteralString, f"EXPLAIN (GENERIC_PLAN, FORMAT JSON) {query}")
    try:
        row = connection.execute(asked, prepare=False).fetchone()
    except psycopg.Error:
        return (), False
    nodes = _nodes(row[0][0]["Plan"]) if row else iter(())
    whole = {node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan"}
    return tuple(sorted(whole & large)), True


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)
