"""Every answer carries the headers, whatever made it; a fault of ours is one plain sentence and says nothing of itself."""

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.exc import OperationalError

from bot.web.guard import HEADERS
from bot.web.headers import harden

SECRET = "what the error says"


def _app(*, secure: bool) -> FastAPI:
    app = harden(FastAPI(), secure=secure)

    @app.get("/kept")
    async def kept() -> dict[str, str]:
        return {}

    @app.get("/breaks")
    async def breaks() -> None:
        raise RuntimeError(SECRET)

    @app.get("/away")
    async def away() -> None:
        raise OperationalError(SECRET, None, Exception(SECRET))

    return app


async def _ask(path: str, method: str = "GET", *, secure: bool = False) -> httpx.Response:
    transport = httpx.ASGITransport(_app(secure=secure), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
        return await http.request(method, path)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/kept", 200),
        ("GET", "/nowhere", 404),
        ("DELETE", "/kept", 405),
        ("GET", "/breaks", 500),
        ("GET", "/away", 503),
    ],
)
async def test_every_answer_has_every_header(method: str, path: str, status: int) -> None:
    answer = await _ask(path, method)
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in HEADERS} == dict(HEADERS)
    assert SECRET not in answer.text
    assert "Strict-Transport-Security" not in answer.headers


@pytest.mark.parametrize("path", ["/kept", "/nowhere", "/breaks"])
async def test_where_there_is_https_browsers_are_told_to_use_nothing_else(path: str) -> None:
    assert "max-age=" in (await _ask(path, secure=True)).headers["Strict-Transport-Security"]
