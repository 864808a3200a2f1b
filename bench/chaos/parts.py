"""The processes of the storm: several web parts and workers on one PostgreSQL, killed and started again."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from bot.lifeline import tied_to_us
from bot.store.embedded import EmbeddedPostgres

ROOT = Path(__file__).resolve().parents[2]
STRIKES = {
    "web": 5,
    "worker": 3,
    "rasa": 4,
    "database stopped": 2,
    "database killed": 2,
}  # how often, relatively


@dataclass
class Part:
    """One process of the service with what it started. Its output goes to a file beside its data."""

    name: str
    command: str
    env: Mapping[str, str]
    folder: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        argv = [sys.executable, "-m", "bot.cli", self.command]
        with (self.folder / "output.log").open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603 -- our own command
                tied_to_us(argv, signal.SIGKILL),
                cwd=ROOT,
                env=dict(self.env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def rasa(self) -> int | None:
        """The process id of its Rasa, if it has one now."""
        if self.process is None:
            return None
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with suppress(OSError, IndexError):
                    parent = (entry / "stat").read_text().rsplit(")", 1)[1].split()[1]
                    if int(parent) == self.process.pid and b"rasa" in (entry / "cmdline").read_bytes():
                        return int(entry.name)
        return None

    def stop(self) -> None:
        if self.process is not None and self.runs:
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(30)
        self.kill()


@dataclass
class Weather:
    """Strikes one thing after another, by chance from one seed, and brings each back."""

    server: EmbeddedPostgres
    webs: list[Part]
    workers: list[Part]
    rng: random.Random
    log: Path
    pauses: tuple[float, float]
    struck: Counter[str] = field(default_factory=Counter)
    down: float = 0.0  # seconds without a database

    async def rages(self, seconds: float) -> None:
        """Returns after so many seconds with everything started again."""
        end = time.monotonic() + seconds
        while (pause := self.rng.uniform(*self.pauses)) < end - time.monotonic():
            await asyncio.sleep(pause)
            what = self.rng.choices(list(STRIKES), list(STRIKES.values()))[0]
            self._note(what)
            await self._strike(what)
        await asyncio.sleep(max(0, end - time.monotonic()))
        self.revive()

    def revive(self) -> None:
        """Start every part that has ended, as an operator's supervisor does."""
        for part in (*self.webs, *self.workers):
            if not part.runs:
                part.start()

    def _note(self, what: str) -> None:
        self.struck[what] += 1
        with self.log.open("a") as log:
            log.write(f"{time.time():.3f} {what}\n")

    async def _strike(self, what: str) -> None:
        if what == "rasa":
            if (pid := self.rng.choice(self.workers).rasa()) is not None:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        elif what.startswith("database"):
            await self._database(killed=what == "database killed")
        else:
            self.rng.choice(self.webs if what == "web" else self.workers).kill()
        await asyncio.sleep(self.rng.uniform(0.5, 2))
        self.revive()

    async def _database(self, *, killed: bool) -> None:
        begun = time.monotonic()
        if killed and self.server.pid is not None:
            os.kill(self.server.pid, signal.SIGKILL)
        self.server.stop()
        await asyncio.sleep(self.rng.uniform(0.2, 3))
        self.server.start()
        self.down += time.monotonic() - begun


async def ready(webs: list[str], seconds: float = 180) -> None:
    """Returns when every web process takes requests."""
    deadline = time.monotonic() + seconds
    async with aiohttp.ClientSession() as http:
        for address in webs:
            while not await _answers(http, address):
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{address} does not answer")
                await asyncio.sleep(0.1)


async def _answers(http: aiohttp.ClientSession, address: str) -> bool:
    with suppress(aiohttp.ClientError, TimeoutError):
        async with http.get(address, timeout=aiohttp.ClientTimeout(total=2)):
            return True
    return False
