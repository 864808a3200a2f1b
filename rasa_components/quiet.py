"""Keeps what people write out of Rasa's logs: once it serves, a line is a place and an error's kind.

Rasa and its libraries put texts, payloads and addresses into messages and tracebacks, at every level. While
Rasa starts there is no such text yet, and its messages are shown as they are.
"""

from __future__ import annotations

import json
import logging
import warnings

import structlog

OURS = "rasa_components"  # our own lines hold an event name and ids only
_NOISY = ("rasa", "sanic", "apscheduler", "aiohttp", "asyncio", "matplotlib", "sqlalchemy", "urllib3")


class PlaceOnly(logging.Formatter):
    """One JSON line: level, logger, place, the kinds of the errors; the message only when it is ours."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {"level": record.levelname.lower(), "logger": record.name}
        if record.name.startswith(OURS):
            line["event"] = record.getMessage()
        else:
            line["place"] = f"{record.module}:{record.lineno}"
        if record.exc_info and record.exc_info[1]:
            line["errors"] = _kinds(record.exc_info[1])
        return json.dumps(line)


def hush() -> None:
    """Call before the first message is handled. Handlers that other parts brought are replaced."""
    handler = logging.StreamHandler()
    handler.setFormatter(PlaceOnly())
    logging.root.handlers = [handler]
    logging.root.setLevel(logging.WARNING)
    for name, logger in logging.root.manager.loggerDict.items():
        if isinstance(logger, logging.Logger):
            logger.handlers, logger.propagate = [], True
            if name.split(".")[0] in _NOISY:
                logger.setLevel(logging.WARNING)
    logging.getLogger(OURS).setLevel(logging.INFO)
    structlog.configure(
        processors=[structlog.stdlib.render_to_log_kwargs],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
    )
    warnings.simplefilter("ignore")


def _kinds(error: BaseException) -> list[str]:
    """From the outermost error to its cause."""
    kinds = []
    seen: BaseException | None = error
    while seen is not None and len(kinds) < 5:
        kinds.append(type(seen).__name__)
        seen = seen.__cause__ or seen.__context__
    return kinds
