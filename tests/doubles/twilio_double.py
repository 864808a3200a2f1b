"""A stand-in for Twilio's message resource on a free port. It keeps what it was asked and fails as it is told to."""

import asyncio
import base64
import contextlib
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

ACCOUNT = "AC" + "0" * 32
TOKEN = "not a real token"


@dataclass(frozen=True)
class Answer:
    """One answer. `cut`: the connection ends without any; `accepts`: whether the text was taken all the same.
    `held`: it waits for this."""

    status: int = 201
    code: int | None = None
    cut: bool = False
    accepts: bool = True
    after: float = 0.0
    held: asyncio.Event | None = None
    body: str | None = None


def refuses(status: int, code: int | None = None) -> Answer:
    return Answer(status, code, accepts=False)


LOST = Answer(cut=True)  # accepted, but the answer never came
CUT = Answer(cut=True, accepts=False)


@dataclass
class TwilioDouble:
    """`answers` are used up one by one; after them every text is accepted."""

    url: str = ""
    answers: list[Answer] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    accepted: list[dict[str, str]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    deletions: list[Answer] = field(default_factory=list)  # answers to deletions, used up one by one
    arrived: list[float] = field(default_factory=list)
    open: set[asyncio.StreamWriter] = field(default_factory=set)

    def sid(self) -> str:
        return f"SM{len(self.accepted):032x}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open.add(writer)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while await self._one(reader, writer):
                pass
        writer.close()
        self.open.discard(writer)

    async def hang_up(self) -> None:
        """End what callers left open, so that nothing of it is left when the loop ends."""
        while self.open:
            for writer in self.open:
                writer.close()
            await asyncio.sleep(0)

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        line, *rest = head.strip().split("\r\n")
        headers = {k.lower(): v.strip() for k, _, v in (h.partition(":") for h in rest)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        answer = self._take(line, headers, dict(parse_qsl(body.decode(), keep_blank_values=True)))
        said = self._body(answer).encode()
        if answer.after:
            await asyncio.sleep(answer.after)
        if answer.held is not None:
            await answer.held.wait()
        if answer.cut:
            return False
        head = f"HTTP/1.1 {answer.status} .\r\nContent-Type: application/json\r\nContent-Length: {len(said)}\r\n\r\n"
        writer.write(head.encode() + said)
        await writer.drain()
        return True

    def _take(self, line: str, headers: dict[str, str], fields: dict[str, str]) -> Answer:
        expected = "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if headers.get("authorization") != expected:
            return refuses(401, 20003)
        if line.startswith(f"DELETE /2010-04-01/Accounts/{ACCOUNT}/Messages/"):
            return self._delete(line.split("/")[-2].removesuffix(".json HTTP"))
        if line != f"POST /2010-04-01/Accounts/{ACCOUNT}/Messages.json HTTP/1.1":
            self.wrong.append(line)
            return refuses(404, 20404)
        self.asked.append(fields)
        self.arrived.append(time.monotonic())
        answer = self.answers.pop(0) if self.answers else Answer()
        if answer.accepts:
            self.accepted.append(fields)
        return answer

    def _delete(self, sid: str) -> Answer:
        answer = self.deletions.pop(0) if self.deletions else Answer(204, body="")
        if answer.accepts:
            self.deleted.append(sid)
        return answer

    def _body(self, answer: Answer) -> str:
        if answer.body is not None:
            return answer.body
        if answer.status < 300:
            return json.dumps({"sid": self.sid(), "status": "queued", "error_code": None})
        problem = {"code": answer.code, "message": "secret words of the provider", "status": answer.status}
        return json.dumps({k: v for k, v in problem.items() if v is not None})


@contextlib.asynccontextmanager
async def twilio_double() -> AsyncIterator[TwilioDouble]:
    double = TwilioDouble()
    server = await asyncio.start_server(double.serve, "127.0.0.1", 0)
    double.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield double
    finally:
        server.close()
        await double.hang_up()
