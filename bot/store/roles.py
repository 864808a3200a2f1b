"""What each account of the database may do: the service everything but changing the audit, Rasa its own memory only."""

from sqlalchemy import Connection, text

SERVICE, RASA = "warmline_service", "warmline_rasa"

_SERVICE = """
GRANT USAGE ON SCHEMA public TO {service};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {service};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {service};
REVOKE UPDATE, DELETE, TRUNCATE ON audit FROM {service};
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON alembic_version FROM {service};
"""
_MEMORY = """
CREATE SCHEMA IF NOT EXISTS rasa;
CREATE TABLE IF NOT EXISTS rasa.turns (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    conversation_id text NOT NULL,
    written_at timestamptz NOT NULL DEFAULT now(),
    events bytea NOT NULL
);
CREATE INDEX IF NOT EXISTS turns_conversation ON rasa.turns (conversation_id, id);
"""
_RASA = """
GRANT USAGE ON SCHEMA rasa TO {rasa};
GRANT SELECT, INSERT, DELETE ON rasa.turns TO {rasa};
"""
_SERVICE_MEMORY = """
GRANT USAGE ON SCHEMA rasa TO {service};
GRANT SELECT, UPDATE, DELETE ON rasa.turns TO {service};
"""


def grant(connection: Connection, service: str | None, rasa: str | None) -> None:
    """Give both accounts what they need on what was just migrated; an account that is the owner needs nothing."""
    connection.execute(text(_MEMORY))
    quote = connection.dialect.identifier_preparer.quote_identifier
    if service is not None:
        connection.exec_driver_sql((_SERVICE + _SERVICE_MEMORY).format(service=quote(service)))
    if rasa is not None:
        connection.exec_driver_sql(_RASA.format(rasa=quote(rasa)))
