"""Brings a database's tables up to date: ours by Alembic, the queue's by Procrastinate's own schema."""

from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, text

from bot.store.tables import metadata

MIGRATIONS = Path(__file__).parent / "migrations"
_ONE_AT_A_TIME = 7_231_004  # advisory lock: two processes that start together migrate once

_WAKE_WAITERS = """
CREATE OR REPLACE FUNCTION warmline_wake_waiters() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.lock IS NOT NULL THEN
        PERFORM pg_notify('procrastinate_queue_v1#' || OLD.queue_name,
                          json_build_object('type', 'job_inserted', 'job_id', OLD.id)::text);
    END IF;
    RETURN OLD;
END;
$$;
CREATE OR REPLACE TRIGGER warmline_wake_waiters AFTER DELETE ON procrastinate_jobs
    FOR EACH ROW EXECUTE FUNCTION warmline_wake_waiters();
"""


def migrate(url: str) -> None:
    """Create or update every table. Safe to run from several processes at once."""
    engine = create_engine(url, hide_parameters=True)
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
            _queue(connection)
            command.upgrade(_config(connection), "head")
    finally:
        engine.dispose()


def differences(url: str) -> list[object]:
    """What the models say and the migrated database does not. Empty when they agree."""
    engine = create_engine(url, hide_parameters=True)
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(
                connection,
                opts={
                    "compare_type": True,
                    "include_name": lambda n, k, _p: k != "table" or n in metadata.tables,
                },
            )
            return list(compare_metadata(context, metadata))
    finally:
        engine.dispose()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _queue(connection: Connection) -> None:
    """Procrastinate's tables, and a trigger that wakes waiters on a lock when the lock is freed."""
    known = connection.execute(text("SELECT to_regclass('procrastinate_jobs')")).scalar()
    if known is None:
        schema = files("procrastinate.sql").joinpath("schema.sql").read_text(encoding="utf-8")
        connection.exec_driver_sql(schema.replace("%", "%%"))
    connection.exec_driver_sql(_WAKE_WAITERS)
