"""One request to an ASGI application, with bytes that a client library would not let through, and its answer."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from starlette.types import ASGIApp

Headers = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Asked:
    """A request. `who`: the role whose session it carries, "" for nobody; `what`: the door it goes to."""

    what: str
    app: str
    method: str
    path: bytes
    query: bytes = b""
    headers: Headers = ()
    body: bytes = b""
    who: str = ""
    expect: frozenset[int] = frozenset()  # when the status is known; empty: anything below 500


@dataclass
class Answered:
    """What came back; `broke` names an error that nobody caught."""

    status: int = 0
    headers: Headers = ()
    body: bytes = b""
    seconds: float = 0.0
    broke: str = ""
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    def header(self, name: str) -> str:
        wanted = name.lower().encode()
        return next((v.decode("latin-1") for n, v in self.headers if n.lower() == wanted), "")

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


def scope_of(asked: Asked) -> dict[str, Any]:
    """As uvicorn makes it."""
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": asked.method,
        "scheme": "http",
        "path": unquote(asked.path.decode("ascii", "replace")),
        "raw_path": asked.path,
        "query_string": asked.query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in asked.headers],
        "client": ("127.0.0.1", 40_000),
        "server": ("127.0.0.1", 8080),
    }


async def ask(app: ASGIApp, asked: Asked) -> Answered:
    """The answer. A stream of events is left after its first part, as a browser that goes away leaves it."""
    answered, sent = Answered(), False

    async def receive() -> dict[str, Any]:
        nonlocal sent
        if not sent:
            sent = True
            return {"type": "http.request", "body": asked.body, "more_body": False}
        await answered.closed.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answered.status, answered.headers = message["status"], message["headers"]
        else:
            answered.body += message.get("body", b"")
            streams = answered.header("content-type").startswith("text/event-stream")
            if streams or not message.get("more_body"):
                answered.closed.set()

    begun = time.perf_counter()
    try:
        await app(scope_of(asked), receive, send)
    except Exception as error:
        answered.broke = type(error).__name__
    answered.seconds = time.perf_counter() - begun
    return answered
