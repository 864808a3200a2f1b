"""Conversations are stored sealed, short and in order, and a failure is never hidden."""

from __future__ import annotations

import asyncio
import base64

import pytest
import sqlalchemy as sa
from rasa.core.agent import Agent
from rasa.shared.core.events import UserUttered

from rasa_components import turn
from rasa_components.sealing import KeyUnusable, Seal, SealBroken
from rasa_components.tracker_store import MOST_ROWS, SealedTrackerStore, UnknownTracker

from .conftest import KEY

OTHER_KEY = base64.b64encode(b"another key for tests, 32 bytes.").decode()
_STORED = sa.text("SELECT events FROM rasa.turns WHERE conversation_id = :conversation ORDER BY id")


def say(agent: Agent, conversation: str, text: str) -> None:
    asyncio.run(turn.take(agent, turn.Asked(conversation, text, text, text)))


def test_no_word_intent_or_action_stands_in_the_database(agent: Agent, rows: sa.engine.Connection) -> None:
    say(agent, "sealed", "hello, my secret word is marmalade")
    content = repr(rows.execute(sa.text("SELECT * FROM rasa.turns")).fetchall())
    for word in ("marmalade", "greet", "utter", "action_listen", "Two Dreams"):
        assert word not in content


def test_a_turn_is_one_row_and_the_rows_stay_few(agent: Agent, rows: sa.engine.Connection) -> None:
    counts = []
    for number in range(3 * MOST_ROWS):
        say(agent, "few", f"hello {number}")
        counts.append(len(rows.execute(_STORED, {"conversation": "few"}).fetchall()))
    assert counts[:MOST_ROWS] == list(range(1, MOST_ROWS + 1))
    assert max(counts) == MOST_ROWS
    tracker = asyncio.run(agent.tracker_store.retrieve("few"))
    texts = [event.text for event in tracker.events if isinstance(event, UserUttered)]
    assert texts == [f"hello {number}" for number in range(3 * MOST_ROWS - len(texts), 3 * MOST_ROWS)]
    assert len(texts) >= 3


def test_what_another_process_wrote_is_read(agent: Agent, database: str) -> None:
    say(agent, "shared", "hello")
    other = SealedTrackerStore(agent.domain, database, key=KEY)
    assert asyncio.run(other.retrieve("shared")) is not None
    assert asyncio.run(other.retrieve("unknown")) is None
    other.close()


def test_a_row_cannot_be_moved_to_another_conversation(agent: Agent, rows: sa.engine.Connection) -> None:
    say(agent, "mine", "hello")
    with rows.begin():
        rows.execute(
            sa.text("UPDATE rasa.turns SET conversation_id = 'yours' WHERE conversation_id = 'mine'")
        )
    with pytest.raises(SealBroken):
        asyncio.run(agent.tracker_store.retrieve("yours"))


def test_a_new_key_reads_what_the_old_one_wrote() -> None:
    old = Seal(KEY).close("a turn", "c")
    assert Seal(f"{OTHER_KEY},{KEY}").open(old, "c") == "a turn"
    with pytest.raises(SealBroken):
        Seal(OTHER_KEY).open(old, "c")


@pytest.mark.parametrize("key", ["", ",", "short", "!" * 44, base64.b64encode(b"too short").decode()])
def test_a_bad_key_is_refused_at_the_start(key: str) -> None:
    with pytest.raises(KeyUnusable):
        Seal(key)


def test_a_database_that_is_away_is_an_error_at_the_start() -> None:
    with pytest.raises(sa.exc.OperationalError):
        SealedTrackerStore(host="postgresql+psycopg2://nobody@/nothing?host=/nowhere", key=KEY)


def test_a_database_that_fails_fails_the_turn(agent: Agent, rows: sa.engine.Connection) -> None:
    say(agent, "broken", "hello")
    with rows.begin():
        rows.execute(sa.text("ALTER TABLE rasa.turns RENAME TO hidden"))
    try:
        with pytest.raises(sa.exc.ProgrammingError) as failure:
            say(agent, "broken", "hello again")
    finally:
        with rows.begin():
            rows.execute(sa.text("ALTER TABLE rasa.hidden RENAME TO turns"))
    assert "hello" not in str(failure.value)


def test_a_tracker_from_elsewhere_is_not_saved(store: SealedTrackerStore) -> None:
    from rasa.shared.core.trackers import DialogueStateTracker

    with pytest.raises(UnknownTracker):
        asyncio.run(store.save(DialogueStateTracker("x", [])))
