"""A few hundred hostile requests to every door: no fault of ours, nothing leaks. `python -m bench.fuzz` sends 20,000."""

from pathlib import Path
from typing import Any

import pytest

from bench.fuzz.asking import Answered, Asked
from bench.fuzz.judge import Planted, faults, watched_logs
from bench.fuzz.place import opened
from bench.fuzz.run import fuzz, fuzz_the_wire, settled
from bench.fuzz.values import MARK, TAG
from bot.channels.base import Incoming
from bot.channels.telegram_bot import Connection, update_from
from bot.channels.telegram_intake import TelegramIntake
from bot.screen.screen import Screen
from bot.store.embedded import EmbeddedPostgres
from tests.protocol.telegram_fixtures import raw

CHAT = {"id": 5550142, "type": "private"}
PRESSED = {"chat": CHAT, "message_id": 3, "date": 0}
FROM = {"id": 5550142, "is_bot": False, "first_name": "Dana"}


@pytest.mark.parametrize(
    "update",
    [
        {
            "callback_query": {
                "id": "1",
                "chat_instance": "1",
                "data": "7:0",
                "message": {"chat": CHAT, "message_id": 3, "date": 0},
            }
        },
        {"message": {"message_id": 4, "date": 1, "chat": CHAT, "from": FROM, "text": ["no", "text"]}},
        {"message": {"message_id": "\x00", "date": 1, "chat": CHAT, "from": FROM, "text": "hello"}},
        {
            "message": {
                "message_id": 5,
                "date": 1,
                "chat": {"id": {}, "type": "group"},
                "from": FROM,
                "text": "hello",
            }
        },
    ],
)
async def test_an_update_that_lacks_what_every_update_has_is_dropped_and_does_not_come_again(
    update: dict[str, Any],
) -> None:
    """An error would make Telegram bring it again for ever, and hold up everything behind it."""
    taken: list[Incoming] = []

    async def receive(incoming: Incoming) -> None:
        taken.append(incoming)

    connection = Connection("5550100:a-token", "http://127.0.0.1:9")
    intake = TelegramIntake(connection, "telegram", "client", receive)
    for data in ({"update_id": 1, **update}, raw("text")):
        read = update_from(data)
        assert read is not None
        await intake.take(read)
    await intake.close()
    await connection.close()
    assert [one.text for one in taken] == ["How do I find a therapist?"]


async def test_no_request_breaks_anything_and_nothing_leaks(
    postgres: EmbeddedPostgres, database_name: str, tmp_path: Path, screen: Screen
) -> None:
    url, dsn = postgres.url_for("postgresql+psycopg", database_name), postgres.dsn_for(database_name)
    async with opened(url, dsn, tmp_path, screen) as place:
        with watched_logs(place.planted, tmp_path / "logs") as lines:
            outcome = await fuzz(place, 300, seed=1)
            wire = await fuzz_the_wire(place, 16, seed=1)
            assert await settled(place, 60)
    assert not outcome.faults, outcome.wrong
    assert not [status for status in wire if status.startswith("5")], wire
    assert not lines.wrong
    assert lines.count > 10
    assert outcome.inside > 50


@pytest.mark.parametrize(
    ("answered", "fault"),
    [
        (Answered(500), "status 500"),
        (Answered(0), "status 0"),
        (Answered(200, body=b"the planted words"), "leak: planted words"),
        (Answered(200, body=b"a session token"), "leak: a session"),
        (Answered(200, [(b"content-type", b"text/html")], TAG.encode()), "markup"),
        (Answered(200, [(b"content-type", b"text/csv")], b'"=1+1"'), "a cell"),
        (Answered(303, [(b"location", b"https://evil.example")]), "another site"),
        (Answered(200, [(b"set-cookie", b"a=b")]), "a cookie"),
        (Answered(200, body=b"1787569"), "template"),
        (Answered(200, body=b"Traceback (most recent call last)"), "inside"),
        (Answered(200), "without Content-Security-Policy"),
    ],
)
def test_the_judge_sees_each_kind_of_fault(answered: Answered, fault: str) -> None:
    planted = Planted(content=("planted words",), sessions={"robin": "session token"})
    found = faults(Asked("desk page", "pages", "GET", b"/"), answered, planted)
    assert any(fault in one for one in found), found


def test_the_judge_sees_a_planted_word_in_a_log(tmp_path: Path) -> None:
    import structlog

    with watched_logs(Planted(content=("planted words",)), tmp_path) as lines:
        structlog.get_logger().warning("event", detail=MARK)
        structlog.get_logger().warning("event", detail="the planted words")
        structlog.get_logger().warning("event", detail="an id")
    assert (lines.count, len(lines.wrong)) == (3, 2)
