"""Structured logs: an event name and ids. Never a text, an address, a name, a token or a provider's body."""

import logging
import logging.handlers
import re
import sys
from pathlib import Path
from typing import Any

import structlog

_QUIET = (
    "httpx",
    "httpcore",
    "twilio",
    "telegram",
    "procrastinate",
    "sqlalchemy",
    "psycopg",
    "uvicorn",
    "rasa_sdk",
    "asyncio",
    "alembic",
)
_PHONE = re.compile(r"\+?\d[\d ().-]{8,}\d")
_TOKEN = re.compile(r"\b\d{6,}:[A-Za-z0-9_-]{20,}|\b[A-Za-z0-9_-]{43,}\b")


def _number(found: re.Match[str]) -> str:
    """A run with ten digits or more may be somebody's number; a date has eight."""
    return "[number]" if sum(c.isdigit() for c in found.group()) >= 10 else found.group()


class Redact(logging.Filter):
    """The last net: what looks like a phone number or a token does not reach a handler, nor does any traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = _TOKEN.sub("[token]", _PHONE.sub(_number, record.getMessage()))
        record.args = ()
        record.exc_info = None
        record.exc_text = None
        return True


def set_up_logging(level: str, folder: Path | None) -> None:
    """Logs as JSON lines into `folder`/warmline.log (rotated), or to the terminal when there is none."""
    handler: logging.Handler
    if folder is None:
        handler = logging.StreamHandler(sys.stderr)
    else:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handler = logging.handlers.RotatingFileHandler(
            folder / "warmline.log", maxBytes=5_000_000, backupCount=3
        )
    handler.addFilter(Redact())
    handler.setFormatter(logging.Formatter("%(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("procrastinate").setLevel(logging.CRITICAL)  # it logs arguments and error texts
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def quiet_loop(_loop: Any, details: dict[str, Any]) -> None:
    """asyncio's handler for errors nobody awaited: the kind of the error and no more."""
    error = details.get("exception")
    structlog.get_logger("loop").error("loop.error", error=type(error).__name__)
