"""Fills a database with a million messages by COPY: conversations, messages, verdicts, turns, Rasa's memory, handoffs.

Sealed as the service seals them, so that sizes are true. The words are those of the bench's questions.
"""

import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from bench.service import QUESTIONS
from bot.store.vault import Vault

PER_CONVERSATION = 25  # messages, half of them the client's
AGE = timedelta(days=20)  # younger than what is purged
ANSWER = "A text of the length that answers have. " * 5
RASA_ROWS, RASA_BYTES = 4, 1800  # of one conversation's memory, as measured

Row = tuple[Any, ...]


def seed(dsn: str, vault: Vault, messages: int) -> None:
    """`messages` of them, dealt with and delivered, over the last twenty days; with what goes with them."""
    count = messages // PER_CONVERSATION
    with psycopg.connect(dsn) as connection:
        _copy(connection, "conversation", _CONVERSATION, _conversations(vault, count))
        _copy(connection, "message", _MESSAGE, _messages(vault, count))
        _copy(connection, "verdict", ("message_id", "level", "detail", "created_at"), _verdicts(vault, count))
        _copy(connection, "turn", ("id", "message_id", "conversation_id", "state"), _turns(count))
        _copy(connection, "rasa.turns", ("conversation_id", "events"), _memory(count))
        _copy(connection, "handoff", _HANDOFF, _handoffs(count))
        for table in ("message", "turn", "handoff"):
            connection.execute(
                sql.SQL("SELECT setval(pg_get_serial_sequence({}, 'id'), (SELECT max(id) FROM {}))").format(
                    sql.Literal(table), sql.Identifier(table)
                )
            )
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


_CONVERSATION = ("id", "channel", "address_hash", "address", "disclosed_at", "last_incoming_at", "created_at")
_MESSAGE = (
    *("id", "conversation_id", "direction", "channel", "external_id", "author", "kind", "text", "status"),
    *("outcome", "reply_to", "attempts", "created_at", "handled_at", "sent_at"),
)
_HANDOFF = ("id", "conversation_id", "tag", "priority", "state", "opened_at", "closed_at", "close_reason")


def _copy(connection: psycopg.Connection, table: str, columns: Iterable[str], rows: Iterator[Row]) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    into = sql.SQL(".").join(map(sql.Identifier, table.split(".")))
    with connection.cursor().copy(sql.SQL("COPY {} ({}) FROM STDIN").format(into, names)) as copy:
        for row in rows:
            copy.write_row(row)


def _id(number: int) -> UUID:
    return UUID(int=(number * 0x9E3779B97F4A7C15F39CC0605CEDC835) % (1 << 128))  # spread, as by chance


def _begun(number: int, count: int) -> datetime:
    return datetime.now(UTC) - AGE * (1 - number / count) - timedelta(hours=1)


def _conversations(vault: Vault, count: int) -> Iterator[Row]:
    for number in range(count):
        address, at = f"seeded-{number}", _begun(number, count)
        hashed = vault.hash_address("sms", address)
        yield _id(number), "sms", hashed, vault.seal(address, "conversation.address"), at, at, at


def _messages(vault: Vault, count: int) -> Iterator[Row]:
    asked = [vault.seal(words, "message.text") for words in QUESTIONS for _ in range(50)]
    said = [vault.seal(ANSWER + str(number), "message.text") for number in range(400)]
    for number in range(count):
        begun, conversation = _begun(number, count), _id(number)
        for place in range(PER_CONVERSATION):
            this, at = 1 + number * PER_CONVERSATION + place, begun + timedelta(seconds=30 * place)
            if place % 2 == 0:
                yield (this, conversation, "incoming", "sms", f"seed-{this}", "client", "text", asked[this % 400],
                       "handled", "answered", None, 0, at, at, None)  # fmt: skip
            else:
                yield (this, conversation, "outgoing", "sms", f"sent-{this}", "bot", "answer", said[this % 400],
                       "delivered", None, this - 1, 1, at, None, at)  # fmt: skip


def _incoming(count: int) -> Iterator[tuple[int, int]]:
    """(message id, conversation's number) of what clients wrote."""
    for number in range(count):
        for place in range(0, PER_CONVERSATION, 2):
            yield 1 + number * PER_CONVERSATION + place, number


def _verdicts(vault: Vault, count: int) -> Iterator[Row]:
    detail = vault.seal_json({"kinds": [], "about": None, "evidence": [], "rules": []}, "verdict.detail")
    for message, number in _incoming(count):
        yield message, "clear", detail, _begun(number, count)


def _turns(count: int) -> Iterator[Row]:
    for place, (message, number) in enumerate(_incoming(count), start=1):
        yield place, message, _id(number), "written"


def _memory(count: int) -> Iterator[Row]:
    noise = [os.urandom(RASA_BYTES) for _ in range(50)]
    for number in range(count):
        for row in range(RASA_ROWS):
            yield str(_id(number)), noise[(number + row) % 50]


def _handoffs(count: int) -> Iterator[Row]:
    for place, number in enumerate(range(0, count, 10), start=1):
        at = _begun(number, count)
        yield place, _id(number), f"Q{place % 900}", "normal", "closed", at, at, "answered"
