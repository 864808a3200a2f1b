"""Rubbish at the level of HTTP itself, over a real socket: no 5xx, and the next person is served as if nothing was."""

import asyncio
import random
from contextlib import suppress

from bench.fuzz.values import text

PATIENCE = 1.0  # seconds for an answer; who sends half a request gets none
_RUBBISH = (
    b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
    b"GET /desk HTTP/1.1\r\n\r\n",
    b"GET  /desk  HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 60,
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET /desk\r\n\r\n",
    b"GET http://evil.example/desk HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /desk HTTP/1.1\r\nHost: localhost\r\nX: a\x00b\r\n\r\n",
    b"GET /\xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /desk HTTP/1.1\r\nHost: localhost\r\n" + b"A: b\r\n" * 3_000 + b"\r\n",
    b"GET /desk HTTP/1.1\r\nHost: localhost\r\nCookie: " + b"a=b; " * 20_000 + b"\r\n\r\n",
    b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"POST /twilio/incoming HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"POST /desk/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    b"POST /desk/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
    b"POST /twilio/incoming HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n",
    b"POST /twilio/incoming HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
    b"POST /desk/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nname=",
    b"TRACE /desk HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"CONNECT localhost:22 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /desk/events HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"\r\n\r\n\r\n",
    b"",
)


async def rubbish(rng: random.Random, port: int) -> str:
    """Send one, and say what came back: a status, "closed" or "silent" (both are good answers to rubbish)."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        with suppress(ConnectionError):
            writer.write(_one(rng))
            await writer.drain()
        with suppress(ConnectionError):
            line = await asyncio.wait_for(reader.readline(), PATIENCE)
            return line.split(b" ")[1].decode("ascii", "replace") if line.startswith(b"HTTP/") else "closed"
        return "closed"
    except TimeoutError:
        return "silent"
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


def _one(rng: random.Random) -> bytes:
    kind = rng.random()
    if kind < 0.6:
        return rng.choice(_RUBBISH)
    if kind < 0.7:
        return rng.randbytes(rng.randint(1, 2_000)) + b"\r\n\r\n"
    whole = bytearray(rng.choice(_RUBBISH) or b"\r\n")
    for _ in range(rng.randint(1, 4)):
        whole[rng.randrange(len(whole))] = rng.randrange(256)
    return bytes(whole) + text(rng).encode("utf-8", "replace")[:200] + b"\r\n\r\n"
