"""Rasa's memory of conversations in PostgreSQL: one encrypted row per turn, short histories, loud failures.

Plain columns hold our conversation id and a time, nothing of what was said or understood. A failure is
raised, never answered from an empty memory.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker

from rasa_components import events
from rasa_components.sealing import Seal
from rasa_components.window import shorten

MOST_ROWS = 6  # then the history is shortened

_CREATE = """
SELECT pg_advisory_xact_lock(7718001);
CREATE SCHEMA IF NOT EXISTS rasa;
CREATE TABLE IF NOT EXISTS rasa.turns (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    conversation_id text NOT NULL,
    written_at timestamptz NOT NULL DEFAULT now(),
    events bytea NOT NULL
);
CREATE INDEX IF NOT EXISTS turns_conversation ON rasa.turns (conversation_id, id);
"""
_READ = sa.text("SELECT id, events FROM rasa.turns WHERE conversation_id = :conversation ORDER BY id")
_WRITE = sa.text(
    "INSERT INTO rasa.turns (conversation_id, events) VALUES (:conversation, :events) RETURNING id"
)
_REPLACE = sa.text(
    "WITH gone AS (DELETE FROM rasa.turns WHERE conversation_id = :conversation AND id <= :last)"
    " INSERT INTO rasa.turns (conversation_id, events) VALUES (:conversation, :events) RETURNING id"
)
_KEYS = sa.text("SELECT DISTINCT conversation_id FROM rasa.turns")


class UnknownTracker(RuntimeError):
    """A tracker that was not read from this store cannot be saved: nobody knows which events are new."""


class StoredTracker(DialogueStateTracker):
    """A tracker that knows how much of it is stored already."""

    stored_events = 0
    stored_rows = 0
    last_row = 0


class SealedTrackerStore(TrackerStore):
    """One SELECT and one INSERT per turn, away from the event loop. Raises SQLAlchemy's errors and
    SealBroken."""

    def __init__(
        self,
        domain: Domain | None = None,
        host: str | None = None,
        event_broker: EventBroker | None = None,
        key: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        self._seal = Seal(key)
        self._engine = sa.create_engine(
            host or "",
            isolation_level="AUTOCOMMIT",  # every statement stands alone; saves two round trips
            pool_size=5,
            max_overflow=5,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={"connect_timeout": 5, "options": "-c statement_timeout=5000"},
        )
        # An engine of its own: SQLAlchemy 1.4 would give this connection back to the pool without AUTOCOMMIT,
        # and everything that is written over it later would be rolled back in silence.
        once = sa.create_engine(host or "", poolclass=sa.pool.NullPool, hide_parameters=True)
        with once.begin() as connection:
            # The bot service made it, and this account may not; only who tries Rasa alone has to make it.
            if connection.exec_driver_sql("SELECT to_regclass('rasa.turns')").scalar() is None:
                connection.exec_driver_sql(_CREATE)

    def close(self) -> None:
        """Gives the connections back."""
        self._engine.dispose()

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        rows = await asyncio.to_thread(self._read, sender_id)
        if not rows:
            return None
        stored = [event for _, sealed in rows for event in events.read(self._seal.open(sealed, sender_id))]
        tracker = StoredTracker.from_events(sender_id, stored, self.domain.slots)
        tracker.stored_events, tracker.stored_rows, tracker.last_row = len(stored), len(rows), rows[-1][0]
        return tracker

    def init_tracker(self, sender_id: str) -> DialogueStateTracker:
        return StoredTracker(sender_id, self.domain.slots)

    async def save(self, tracker: DialogueStateTracker) -> None:
        if not isinstance(tracker, StoredTracker):
            raise UnknownTracker(UnknownTracker.__doc__)
        now = list(tracker.events)
        if len(now) == tracker.stored_events:
            return
        if tracker.stored_rows < MOST_ROWS:
            new, rows = now[tracker.stored_events :], tracker.stored_rows + 1
            row = await self._run(_WRITE, tracker.sender_id, new)
        else:
            new, rows = shorten(tracker.sender_id, now, self.domain), 1
            row = await self._run(_REPLACE, tracker.sender_id, new, last=tracker.last_row)
        tracker.stored_events, tracker.stored_rows, tracker.last_row = len(now), rows, row

    async def keys(self) -> Iterable[str]:
        with self._engine.connect() as connection:
            return [conversation for (conversation,) in connection.execute(_KEYS)]

    async def _run(
        self, statement: sa.sql.elements.TextClause, sender_id: str, new: list[Event], **more: Any
    ) -> int:
        sealed = self._seal.close(events.write(new), sender_id)
        return await asyncio.to_thread(
            self._execute, statement, conversation=sender_id, events=sealed, **more
        )

    def _execute(self, statement: sa.sql.elements.TextClause, **values: Any) -> int:
        with self._engine.connect() as connection:
            row: int = connection.execute(statement, values).scalar_one()
            return row

    def _read(self, sender_id: str) -> list[tuple[int, bytes]]:
        with self._engine.connect() as connection:
            rows = connection.execute(_READ, {"conversation": sender_id})
            return [(number, bytes(sealed)) for number, sealed in rows]
