"""Brings a database's tables up to date: ours by Alembic, the queue's by Procrastinate's own schema."""

from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text

from bot.store import desk_tables, phone_tables, record_tables  # noqa: F401  (their tables belong to the metadata)
from bot.store.roles import grant
from bot.store.tables import metadata

MIGRATIONS = Path(__file__).parent / "migrations"
QUEUE = Path(__file__).parent / "queue.sql"
_ONE_AT_A_TIME = 7_231_004  # advisory lock: two processes that start together migrate once


def migrate(url: str, *, service: str | None = None, rasa: str | None = None) -> None:
    """Create or update every table. Safe to run from several processes at once, also beside an older version.

    `service` and `rasa`: the accounts that work with them, when they are not the owner.
    """
    engine = create_engine(url, hide_parameters=True)
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
            _queue(connection)
            command.upgrade(_config(connection), "head")
            grant(connection, service, rasa)
    finally:
        engine.dispose()


def is_current(url: str) -> bool:
    """Whether the newest migration has been run. Changes nothing."""
    engine = create_engine(url, hide_parameters=True)
    try:
        with engine.connect() as connection:
            now = MigrationContext.configure(connection).get_current_revision()
            return now == ScriptDirectory.from_config(_config(connection)).get_current_head()
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
    """Procrastinate's tables, and what we add to them."""
    known = connection.execute(text("SELECT to_regclass('procrastinate_jobs')")).scalar()
    if known is None:
        schema = files("procrastinate.sql").joinpath("schema.sql").read_text(encoding="utf-8")
        connection.exec_driver_sql(schema.replace("%", "%%"))
    connection.exec_driver_sql(QUEUE.read_text(encoding="utf-8").replace("%", "%%"))
