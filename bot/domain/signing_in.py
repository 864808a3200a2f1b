"""The rules of signing in to the desk: how long a code and a session count, how often one may try. No I/O."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

CODE_DIGITS = 6
CODE_LIFE = timedelta(minutes=5)
TRIES_A_CODE = 5

IDLE = timedelta(minutes=15)  # rules 6.4
LONGEST = timedelta(hours=12)  # one shift; then one signs in again

WINDOW = timedelta(minutes=15)
CODES_A_NAME = 5  # codes that one name may ask for in a window
WRONG_A_NAME = 10  # wrong codes over all of a name's codes in a window, then it is locked out
CODES_AN_ORIGIN = 30  # codes that one computer may ask for in a window, whatever the names


def new_code() -> str:
    """Six digits by chance."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def new_token() -> str:
    """What a cookie holds: 256 bits by chance. The store keeps its hash alone."""
    return secrets.token_urlsafe(32)


def hashed(token: str) -> bytes:
    """What the store keeps of a token. A plain hash is enough: nobody guesses 256 bits."""
    return hashlib.sha256(token.encode()).digest()


def csrf_of(token: str) -> str:
    """The token that every form of this session carries. It cannot be made without the cookie."""
    return hmac.new(token.encode(), b"warmline csrf", hashlib.sha256).hexdigest()


def same(one: str | bytes, other: str | bytes) -> bool:
    """Whether both are equal, in a time that does not say how much of them is."""
    as_bytes = [x.encode("utf-8", "surrogatepass") if isinstance(x, str) else x for x in (one, other)]
    return hmac.compare_digest(*as_bytes)


def digits_in(typed: str) -> str:
    """A code as somebody typed it: "123 456" is "123456"."""
    return "".join(c for c in typed if c.isascii() and c.isdigit())[: 2 * CODE_DIGITS]


def is_over(seen_at: datetime, ends_at: datetime, now: datetime) -> bool:
    """Whether a session has ended, by idling or by its absolute limit."""
    return now >= ends_at or now - seen_at >= IDLE


def may_ask(of_name: Sequence[int], of_origin: int) -> bool:
    """Whether another code may be made. `of_name`: the wrong tries of each code of the window; `of_origin`: how many."""
    return len(of_name) < CODES_A_NAME and sum(of_name) < WRONG_A_NAME and of_origin < CODES_AN_ORIGIN
