"""Serves one application on one address until it is told to stop. Knows nothing of what it serves."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Coroutine, Iterator
from typing import Any

import uvicorn
from fastapi import FastAPI

from bot.ending import ended


@contextlib.asynccontextmanager
async def served(app: FastAPI, host: str, port: int) -> AsyncIterator[int]:
    """Serve an application; yields its port. Raises OSError when the port is taken."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
    )
    listener = socket.create_server((host, port), backlog=2048)  # uvicorn's own way would end the process
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started:
            if task.done():
                raise OSError("the web server did not start")
            await asyncio.sleep(0.01)
        yield int(listener.getsockname()[1])
    finally:
        server.should_exit = True
        await asyncio.gather(task, return_exceptions=True)
        listener.close()


@contextlib.asynccontextmanager
async def background(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run this beside the block, and end it with the block."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        await ended(task)


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers: stopping is decided in one place, below."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
