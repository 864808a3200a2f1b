"""The way in: a secret, well-formed requests, and no word of a client or an error on the way out."""

from __future__ import annotations

import asyncio
import json
import logging
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.exceptions import RasaException

from rasa_components.channel import WarmlineInput, _answer
from rasa_components.quiet import PlaceOnly

SECRET = "a-secret-for-tests"
PLANTED = "marmalade +1 555 0142"


def ask(app: Any, body: Any, secret: str = SECRET, route: str = "_turn") -> tuple[int, Any]:
    request = SimpleNamespace(app=app, headers={"x-warmline-secret": secret}, json=body)
    answer = asyncio.run(_answer(getattr(WarmlineInput(SECRET), route), request))
    return answer.status, json.loads(answer.body)


def asked(**other: Any) -> dict[str, Any]:
    return {"conversation_id": "c", "message_id": "1", "turn_id": "1", "text": "hello", **other}


def test_a_turn_is_answered(app: SimpleNamespace) -> None:
    status, answer = ask(app, asked(metadata={"anything": 1}, trusted=False, retry=False))
    assert (status, answer["replies"][0]["name"]) == (200, "utter_greet")


@pytest.mark.parametrize("secret", ["", "wrong", SECRET + "x", "\u00e4"])
def test_nobody_comes_in_without_the_secret(app: SimpleNamespace, secret: str) -> None:
    for route in ("_turn", "_understand"):
        assert ask(app, asked(), secret, route) == (403, {"error": "secret"})


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "text",
        {},
        asked(text=None),
        asked(text=["x"]),
        asked(conversation_id=""),
        asked(conversation_id=7),
        asked(trusted="yes"),
        asked(metadata="x"),
        {"conversation_id": "c", "message_id": "1", "text": "hello"},
    ],
)
def test_a_malformed_request_is_refused(app: SimpleNamespace, body: Any) -> None:
    assert ask(app, body)[0] == 400


def test_texts_are_understood_without_a_conversation(app: SimpleNamespace) -> None:
    status, found = ask(app, {"texts": ["hello", "/ask_cost", ""]}, route="_understand")
    assert status == 200
    assert [one["intent"] for one in found] == ["greet", "ask_cost", "nlu_fallback"]
    assert found[1]["confidence"] < 1
    assert ask(app, {"texts": "hello"}, route="_understand")[0] == 400


def test_without_a_model_nothing_is_answered() -> None:
    for route in ("_turn", "_health"):
        assert ask(SimpleNamespace(ctx=SimpleNamespace()), asked(), route=route) == (503, {"error": "model"})


def test_a_memory_that_forgets_is_not_accepted(app: SimpleNamespace) -> None:
    """Rasa takes one, with a warning, when it cannot import the store that endpoints.yml names."""
    app.ctx.agent.tracker_store = InMemoryTrackerStore(app.ctx.agent.domain)
    assert ask(app, asked()) == (503, {"error": "tracker store"})


def test_a_failed_turn_tells_neither_the_text_nor_the_error(
    app: SimpleNamespace, capfd: pytest.CaptureFixture[str]
) -> None:
    status, answer = ask(app, asked(text=f"I want a human, {PLANTED}"))
    said = "".join(capfd.readouterr())
    assert (status, answer) == (500, {"error": "turn failed"})
    assert "turn.failed" in said
    assert "ActionFailed" in said
    assert "marmalade" not in said


def test_logs_hold_places_and_kinds_but_no_messages() -> None:
    try:
        raise ValueError(PLANTED)
    except ValueError as error:
        record = logging.LogRecord("rasa.core", logging.ERROR, "processor.py", 7, f"{PLANTED}", (), None)
        record.exc_info = (type(error), error, error.__traceback__)
    line = PlaceOnly().format(record)
    assert json.loads(line) == {
        "level": "error",
        "logger": "rasa.core",
        "place": "processor:7",
        "errors": ["ValueError"],
    }


def test_a_short_secret_is_refused_at_the_start() -> None:
    for secret in (None, {}, {"secret": ""}, {"secret": "short"}):
        with pytest.raises(RasaException):
            WarmlineInput.from_credentials(secret)
