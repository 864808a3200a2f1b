"""What must hold of every answer and of every log line. Names what is wrong; an empty list is good."""

import csv
import io
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from bench.fuzz.asking import Answered, Asked
from bench.fuzz.values import MARK, SUMMED, TAG
from bot.console.exports import cell
from bot.log import set_up_logging
from bot.web.guard import HEADERS

SLOW = 15.0  # seconds: the injected pg_sleep would take 20
_INSIDE = ("Traceback", "psycopg", "sqlalchemy", "asyncpg", "/site-packages/", "jinja2.")


@dataclass
class Planted:
    """`content`: words that one person may read. `secrets`: what nobody may. `sessions`: each one's token, by person."""

    content: Sequence[str] = ()
    secrets: Sequence[str] = ()
    may_read: str = ""
    sessions: Mapping[str, str] = field(default_factory=dict)


def faults(asked: Asked, answered: Answered, planted: Planted) -> list[str]:
    """What is wrong with an answer."""
    found = [*_status(asked, answered), *_headers(asked, answered), *_body(answered)]
    said = "\n".join([answered.text, *(value.decode("latin-1") for _, value in answered.headers)])
    # the page of phones shows what reached the counselor's own phone, to this machine alone
    may_read = bool(asked.who) and asked.who == planted.may_read
    if not may_read and asked.what != "phones":
        found += ["leak: planted words" for words in planted.content if words in said]
    found += ["leak: a secret" for secret in planted.secrets if secret in said]
    found += ["leak: a session" for token in planted.sessions.values() if token in said]
    return found


def _status(asked: Asked, answered: Answered) -> Iterator[str]:
    if answered.broke or answered.status == 0 or answered.status >= 500:
        yield f"status {answered.status} {answered.broke}".strip()
    elif asked.expect and answered.status not in asked.expect:
        yield f"status {answered.status} instead of {sorted(asked.expect)}"
    if answered.seconds > SLOW:
        yield f"slow: {answered.seconds:.0f} s"


def _headers(asked: Asked, answered: Answered) -> Iterator[str]:
    if any(b"\r" in value or b"\n" in value for _, value in answered.headers):
        yield "a line end in a header"
    lacking = [name for name in HEADERS if not answered.header(name)] if asked.app != "internal" else []
    if lacking and answered.status:
        yield f"without {lacking[0]}"
    goal = answered.header("location")
    if goal and (not goal.startswith("/") or goal.startswith(("//", "/\\"))):
        yield "leads to another site"
    for name, value in answered.headers:
        said = value.decode("latin-1").lower()
        if name.lower() == b"set-cookie" and not ("httponly" in said and "samesite=strict" in said):
            yield "a cookie that scripts or other sites get"


def _body(answered: Answered) -> Iterator[str]:
    kind, said = answered.header("content-type"), answered.text
    if TAG in said and kind.startswith("text/html"):
        yield "markup that was not escaped"
    if SUMMED in said:
        yield "a template that was run"
    if any(word in said for word in _INSIDE):
        yield "the inside of an error"
    if kind.startswith("text/csv"):
        rows = csv.reader(io.StringIO(said))
        if any(value and cell(value) != value for row in rows for value in row):
            yield "a cell that a spreadsheet would run"


class Lines(logging.Handler):
    """Looks at every log line and keeps the few that hold what none may."""

    def __init__(self, planted: Planted) -> None:
        super().__init__()
        self.planted = planted
        self.count = 0
        self.wrong: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.count += 1
        said = record.getMessage()
        never = (MARK, *self.planted.content, *self.planted.secrets, *self.planted.sessions.values())
        if any(words in said for words in never) and len(self.wrong) < 20:
            self.wrong.append(said[:300])


@contextmanager
def watched_logs(planted: Planted, folder: Path) -> Iterator[Lines]:
    """Logs as in production, into `folder`, each line looked at; afterwards as before."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = list(root.handlers), root.level
    set_up_logging("INFO", folder)
    lines = Lines(planted)
    root.addHandler(lines)
    try:
        yield lines
    finally:
        for handler in root.handlers:
            with suppress(OSError):  # its disk may be full
                handler.close()
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.configure(**before)
