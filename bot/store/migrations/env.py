"""Alembic's entry: migrates the database whose connection `migrate.py` hands over. Knows no settings."""

from alembic import context

from bot.store import desk_tables, phone_tables, record_tables  # noqa: F401  (their tables belong to the metadata)
from bot.store.tables import metadata


def include(name: str | None, kind: str, _parents: object) -> bool:
    """Procrastinate's and Rasa's tables are their own affair."""
    return kind != "table" or name in metadata.tables


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_name=include,
    compare_type=True,
    compare_server_default=False,
)
with context.begin_transaction():
    context.run_migrations()
