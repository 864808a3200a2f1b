"""Server-sent events: a stream of changes as the browser's EventSource reads it. Ids only, never texts."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, TypeVar

from fastapi.responses import StreamingResponse

Change = TypeVar("Change")

HEARTBEAT_SECONDS = 15.0
_END: Any = object()


def event_stream(
    changes: AsyncIterator[Change],
    describe: Callable[[Change], Mapping[str, str]],
    every: float = HEARTBEAT_SECONDS,
) -> StreamingResponse:
    """One `changed` event per change, and a comment after each silence, so a dead connection is noticed."""
    return StreamingResponse(
        _frames(changes, describe, every), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"}
    )


async def _frames(
    changes: AsyncIterator[Change], describe: Callable[[Change], Mapping[str, str]], every: float
) -> AsyncIterator[str]:
    upcoming = asyncio.ensure_future(_next(changes))
    try:
        yield "retry: 2000\n\n"
        while True:
            done, _ = await asyncio.wait({upcoming}, timeout=every)
            if not done:
                yield ": still here\n\n"
                continue
            change = upcoming.result()
            if change is _END:
                return
            upcoming = asyncio.ensure_future(_next(changes))
            yield f"event: changed\ndata: {json.dumps(describe(change))}\n\n"
    finally:
        await _let_go(upcoming, changes)


async def _next(changes: AsyncIterator[Change]) -> Change:
    return await anext(changes, _END)


async def _let_go(upcoming: "asyncio.Future[Any]", changes: AsyncIterator[Any]) -> None:
    """Stop the pending read, then close the stream; both also when we are being cancelled ourselves."""
    upcoming.cancel()
    try:
        await asyncio.gather(upcoming, return_exceptions=True)
    finally:
        close = getattr(changes, "aclose", None)
        if close is not None and upcoming.done():
            await close()
