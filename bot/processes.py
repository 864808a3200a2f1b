"""Keeps a helper program (Rasa) running beside us: starts it, waits until it answers, starts it again.

Must not know what the program is for, nor let its output reach the terminal.
"""

import asyncio
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import httpx
import structlog

from bot.dialogue.rasa_python import rasa_environment
from bot.lifeline import tied_to_us

log = structlog.get_logger(__name__)

# Rasa takes its token on the command line only, where every account can read it. So it comes in the
# environment, and this line, run by Rasa's Python, hands it on.
_RASA = (
    "import os, sys; sys.argv += ['--auth-token', os.environ.pop('WARMLINE_RASA_TOKEN')]; "
    "from rasa.__main__ import main; main()"
)


class ProcessFailedError(Exception):
    """The program did not become ready; the message holds the end of its log."""


@dataclass(frozen=True)
class Command:
    """A program with everything it may know: its environment is exactly `env`."""

    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: Path


def rasa_command(
    root: Path, *, python: Path, model: Path, port: int, token: str, variables: Mapping[str, str]
) -> Command:
    """Rasa on loopback, with `token` on its API. `variables` is what endpoints.yml and credentials.yml name.

    Nothing else of our environment reaches it: no provider's credentials, no key but the tracker's.
    """
    listener = ("-i", "127.0.0.1", "-p", str(port), "--enable-api")
    files = ("--model", str(model), "--endpoints", "endpoints.yml", "--credentials", "credentials.yml")
    # One turn at a time is our order: threads for one text cost more than they bring.
    env = rasa_environment(1, **{"WARMLINE_RASA_TOKEN": token, "MALLOC_ARENA_MAX": "2", **variables})
    return Command((str(python), "-c", _RASA, "run", *listener, *files), env, root)


def free_port() -> int:
    """A loopback port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers_at(url: str) -> Callable[[], Awaitable[bool]]:
    """A probe for `Supervised`: whether something answers this address, and not with a fault of its own."""

    async def probe() -> bool:
        try:
            async with httpx.AsyncClient(timeout=2, trust_env=False) as client:
                return (await client.get(url)).status_code < 500
        except httpx.HTTPError:
            return False

    return probe


class Supervised:
    """One program that is kept running until `stop`. Use it from the main thread's event loop.

    It ends with us, however we end. `restarts` counts, `is_ready` tells, the log events are process.ready and
    process.ended. Its output goes to `output`; that of the run before is kept beside it as *.1.
    """

    def __init__(
        self,
        name: str,
        command: Command,
        ready: Callable[[], Awaitable[bool]],
        output: Path,
        *,
        ready_seconds: float = 300,  # a busy machine is slow; ending a slow starter makes it slower
        stop_seconds: float = 10,
        pauses: tuple[float, float] = (0.5, 30),
    ) -> None:
        self.name = name
        self.is_ready = False
        self.starts = self.ends = 0
        self._command, self._probe, self._output = command, ready, output
        self._ready_seconds, self._stop_seconds = ready_seconds, stop_seconds
        self._pauses = pauses
        self._process: asyncio.subprocess.Process | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._changed = asyncio.Condition()

    @property
    def restarts(self) -> int:
        return max(0, self.starts - 1)

    @property
    def pid(self) -> int | None:
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if self._process and running else None

    async def start(self) -> None:
        """Starts it and returns; `until_ready` waits."""
        self._output.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._output.exists():
            self._output.replace(self._output.with_name(self._output.name + ".1"))
        await self._spawn()
        self._keeping = asyncio.create_task(self._keep(), name=f"keep {self.name}")

    async def until_ready(self) -> None:
        """Returns when it answers. Raises ProcessFailedError if it ends first; we try again all the same."""
        ends = self.ends
        async with self._changed:
            await self._changed.wait_for(lambda: self.is_ready or self.ends > ends)
            if self.is_ready:
                return
        raise ProcessFailedError(f"{self.name} did not become ready: {self._output_end()}")

    async def stop(self) -> None:
        """Asks it to end, waits, and ends it. Nothing of it is left when this returns."""
        if self._keeping:
            self._keeping.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeping
        self._keeping = None
        await self._end(signal.SIGTERM)
        await self._tell(ready=False)

    async def _keep(self) -> None:
        pauses = back_off(*self._pauses)
        while True:
            if await self._became_ready():
                pauses = back_off(*self._pauses)
                log.info("process.ready", process=self.name, restarts=self.restarts)
                await self._tell(ready=True)
                await self._process_now().wait()
            else:
                await self._end(signal.SIGKILL)
            self.ends += 1
            pause = next(pauses)
            log.error("process.ended", process=self.name, code=self._process_now().returncode, pause=pause)
            await self._tell(ready=False)
            await asyncio.sleep(pause)
            await self._spawn()

    async def _spawn(self) -> None:
        # SIGKILL: there is nothing in it that an orderly end would save.
        command = tied_to_us(self._command.argv, signal.SIGKILL)
        with _append(self._output) as output:
            self._process = await asyncio.create_subprocess_exec(
                *command,
                cwd=self._command.cwd,
                env=dict(self._command.env),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C is for us
            )
        self.starts += 1

    async def _became_ready(self) -> bool:
        deadline = asyncio.get_running_loop().time() + self._ready_seconds
        while self.pid and asyncio.get_running_loop().time() < deadline:
            if await self._probe():
                return True
            with suppress(TimeoutError):
                await asyncio.wait_for(self._process_now().wait(), 0.1)
        return False

    async def _tell(self, *, ready: bool) -> None:
        async with self._changed:
            self.is_ready = ready
            self._changed.notify_all()

    async def _end(self, ending: signal.Signals) -> None:
        if self._process is None or self._process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, ending)
        try:
            await asyncio.wait_for(self._process.wait(), self._stop_seconds)
        except TimeoutError:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            await self._process.wait()

    def _process_now(self) -> asyncio.subprocess.Process:
        if self._process is None:
            raise ProcessFailedError(f"{self.name} was not started")
        return self._process

    def _output_end(self) -> str:
        lines = self._output.read_text(errors="replace").strip().splitlines()
        return f"{' / '.join(lines[-3:])} (see {self._output})"


def back_off(first: float, longest: float) -> Iterator[float]:
    """The pauses before the next starts, in seconds: each twice the one before, up to the longest."""
    pause = first
    while True:
        yield min(pause, longest)
        pause = min(2 * pause, longest)


def _append(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")
