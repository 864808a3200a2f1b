"""Telegram's webhook: the forged is refused, the genuine is stored once, and nothing is answered 500."""

import io
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from telegram import Update

from bot.web.telegram import HEADER, LARGEST_BODY, telegram_router
from tests.protocol.telegram_fixtures import FOLDER, raw

PATH = "/telegram/webhook"


class Taken:
    """Stands for the intake: keeps the numbers of updates, or fails."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.fails = False

    async def take(self, update: Update) -> None:
        if self.fails:
            raise RuntimeError("the database is away, says an error with somebody's words")
        self.numbers.append(update.update_id)


@pytest.fixture
def taken() -> Taken:
    return Taken()


@pytest.fixture
async def http(taken: Taken) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.include_router(telegram_router(PATH, ["the-secret", "the-one-before"], taken.take))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="https://bot.example.org") as client:
        yield client


async def _post(http: httpx.AsyncClient, body: Any, secret: str | None = "the-secret") -> int:
    headers = {} if secret is None else {HEADER: secret}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return (await http.post(PATH, content=content, headers=headers)).status_code


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.json")))
async def test_every_genuine_update_is_taken(http: httpx.AsyncClient, taken: Taken, name: str) -> None:
    assert await _post(http, raw(name)) == 200
    assert taken.numbers == [raw(name)["update_id"]]


async def test_during_a_change_the_secret_before_is_good_too(http: httpx.AsyncClient, taken: Taken) -> None:
    assert await _post(http, raw("text"), "the-one-before") == 200
    assert len(taken.numbers) == 1


@pytest.mark.parametrize("secret", [None, "", "the-secre", "the-secrets", "THE-SECRET", "x" * 5_000])
async def test_without_the_secret_nothing_is_read(
    http: httpx.AsyncClient, taken: Taken, secret: str | None
) -> None:
    assert await _post(http, raw("text"), secret) == 403
    assert taken.numbers == []


@pytest.mark.parametrize(
    "body", [b"", b"{", b"null", b"[]", b'"text"', b"\xff\xfe\x00", b'{"update_id": "x"}', b"[" * 100_000]
)
async def test_what_is_no_update_is_answered_200_and_dropped(
    http: httpx.AsyncClient, taken: Taken, body: bytes
) -> None:
    assert await _post(http, body) == 200
    assert taken.numbers == []


async def test_a_body_without_end_is_cut_off(http: httpx.AsyncClient, taken: Taken) -> None:
    assert await _post(http, b" " * (LARGEST_BODY + 1)) == 413
    assert taken.numbers == []


async def test_what_could_not_be_stored_is_asked_for_again(
    http: httpx.AsyncClient, taken: Taken, logged: io.StringIO
) -> None:
    taken.fails = True
    assert await _post(http, raw("text")) == 503
    taken.fails = False
    assert await _post(http, raw("text")) == 200
    assert taken.numbers == [raw("text")["update_id"]]
    assert "somebody's words" not in logged.getvalue()


async def test_only_post_is_served(http: httpx.AsyncClient) -> None:
    assert (await http.get(PATH, headers={HEADER: "the-secret"})).status_code == 405


@pytest.mark.parametrize("secrets", [[], [""]])
def test_a_webhook_without_a_secret_cannot_be_made(secrets: list[str]) -> None:
    with pytest.raises(ValueError, match="secret"):
        telegram_router(PATH, secrets, Taken().take)
