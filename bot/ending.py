"""The end of tasks: cancelled until they have ended.

`asyncio.wait_for` in Python 3.11, and libraries that use it, can swallow a cancellation that comes at the moment when
what they wait for is done. Whoever then waits for the task waits for ever.
"""

import asyncio
from typing import Any

import structlog

log = structlog.get_logger("ending")


async def ended(*tasks: "asyncio.Task[Any]", patience: float = 1.0) -> None:
    """Cancel these tasks, again each `patience` seconds, until every one has ended. Their results are let go."""
    pending = {task for task in tasks if not task.done()}
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=patience)
        if pending:
            log.warning("task.still_there", tasks=sorted(task.get_name() for task in pending))
    await asyncio.gather(*tasks, return_exceptions=True)  # an error that nobody looks at would be logged
