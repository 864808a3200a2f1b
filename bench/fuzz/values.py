"""Hostile values by a seeded random: injections, odd encodings, lengths, numbers, JSON of the wrong shape."""

import json
import random
from typing import Any

MARK = "quagga7319"  # stands in every text that comes in; no log line may hold it
SUM = "{{1337*1337}}${1337*1337}#{1337*1337}<%=1337*1337%>"
SUMMED = "1787569"  # what a template that ran it would say
TAG = f"<xss{MARK}>"  # must never stand in a page as it is

_SQL = (
    "'; DROP TABLE message; --",
    "' OR '1'='1",
    "1) UNION SELECT pg_sleep(20)--",
    "\\'; SELECT pg_sleep(20); --",
    "$$; COPY message TO '/tmp/x'; $$",
)
_MARKUP = (
    TAG,
    f'"><img src=x onerror=alert(1)>{TAG}',
    f"</script>{TAG}",
    "javascript:alert(1)",
    SUM,
    "{% for x in [1] %}{{ x }}{% endfor %}",
    "{{ config.__class__.__init__.__globals__ }}",
)
_SHELL = ("; cat /etc/passwd", "$(id)", "`id`", "| sleep 20", "../../../../etc/passwd", "file:///etc/passwd")
_CELLS = ("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", "＝1")
_SIGNS = (
    "",
    " ",
    "\x00",
    "\r\nSet-Cookie: a=b",
    "\u202e000",
    "\u200b",
    "\ufeff",
    "١٢٣",
    "😀" * 40,
    "é" * 9,
    "%00",
    "%0d%0aLocation: https://evil.example",
    "//evil.example/",
    "https://evil.example/",
    "\\\\evil.example",
)
_NUMBERS = ("-1", "0", "9" * 40, "1e999", "NaN", "0x10", "2147483648", "9223372036854775808", "true", "null")
_WORDS = (
    "STOP",
    "START",
    "HELP",
    "TAKE K7",
    "DONE K7",
    "/restart",
    "/intent{}",
    "1",
    "K7 hello",
    "JOIN abcd",
)
_ALL = (*_SQL, *_MARKUP, *_SHELL, *_CELLS, *_SIGNS, *_NUMBERS, *_WORDS)


def text(rng: random.Random) -> str:
    """One hostile text; most carry the mark."""
    kind = rng.random()
    if kind < 0.05:
        return rng.choice(("x", "é", "😀", "\x00", "{{", "<b>", "ab ")) * rng.choice((200, 2_000, 20_000))
    if kind < 0.15:
        return "".join(chr(rng.choice(_RANGES)(rng)) for _ in range(rng.randint(1, 60)))
    some = rng.choice(_ALL)
    return f"{some}{MARK}" if kind < 0.7 else some


_RANGES = (
    lambda rng: rng.randint(0, 0x7F),
    lambda rng: rng.randint(0x80, 0x2FFF),
    lambda rng: rng.randint(0xE000, 0xFFFF),
    lambda rng: rng.randint(0x1F300, 0x1FAFF),
)


def raw(rng: random.Random) -> bytes:
    """Bytes of no meaning, or of broken encodings."""
    return rng.choice(
        (
            b"",
            b"\xff\xfe\x00\x00",
            b"\xc0\xaf\xc0\xaf",
            b"\xed\xa0\x80",
            b"%",
            b"%zz=%",
            b"&" * 500,
            b"a=1&" * 2_000,
            b"[" * 5_000,
            b"{" * 5_000,
            b'{"a":' * 3_000,
            rng.randbytes(rng.randint(1, 300)),
        )
    )


def thing(rng: random.Random, depth: int = 0) -> Any:
    """A JSON value of any kind."""
    kind = rng.randint(0, 9 if depth < 3 else 6)
    match kind:
        case 0:
            return None
        case 1:
            return rng.choice((True, False))
        case 2:
            return rng.choice((0, -1, 2**31, 2**63, 2**70, -(2**70), 1.5, 1e308))
        case 7:
            return [thing(rng, depth + 1) for _ in range(rng.randint(0, 4))]
        case 8 | 9:
            return {text(rng)[:40]: thing(rng, depth + 1) for _ in range(rng.randint(0, 4))}
        case _:
            return text(rng)


def bent(rng: random.Random, value: Any) -> Any:
    """A JSON value with one or two places changed, dropped or doubled."""
    value = json.loads(json.dumps(value))
    for _ in range(rng.randint(1, 2)):
        _bend(rng, value)
    return value


def _bend(rng: random.Random, value: Any) -> None:
    while isinstance(value, dict | list) and value:
        key: Any = rng.choice(list(value)) if isinstance(value, dict) else rng.randrange(len(value))
        inside = value[key]
        if isinstance(inside, dict | list) and inside and rng.random() < 0.75:
            value = inside
        elif rng.random() < 0.2:
            del value[key]
            return
        else:
            value[key] = thing(rng)
            return
