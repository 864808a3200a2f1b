"""The world around the processes: their database, the provider's double, who starts them again, and who kills them."""

import asyncio
import contextlib
import itertools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import httpx

from bench.survival.parts import CLINIC, KEY, PUBLIC, STAFF_LINE, TOKEN, Plan, SharedClock
from bot.channels.sms_webhook import fields_of, signature
from bot.processes import free_port
from bot.store.database import Database
from bot.store.embedded import EmbeddedPostgres
from bot.store.migrate import migrate
from bot.store.vault import vault_from
from bot.web.twilio import INCOMING_PATH
from tests.doubles.twilio_double import TwilioDouble, twilio_double

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 600.0  # seconds in which the provider tries to hand over a text


class Nursery:
    """Starts processes from one that has everything imported; a dead one is found by its id."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.survival.nursery"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def wait(self) -> None:
        assert self._line() == "ready"

    def start(self, plan: Plan) -> int:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(plan.to_json()) + "\n")
        self._process.stdin.flush()
        return int(self._line())

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@dataclass
class Town:
    """Everything of one run. `pids`: the process that plays each part now."""

    folder: Path
    postgres: EmbeddedPostgres
    provider: TwilioDouble
    nursery: Nursery
    database: Database
    clock: SharedClock
    http: httpx.AsyncClient
    rng: random.Random
    plans: dict[str, Plan] = field(default_factory=dict)
    pids: dict[str, int] = field(default_factory=dict)
    kills: Counter[str] = field(default_factory=Counter)
    busy: int = 0
    stimulus: asyncio.Event = field(default_factory=asyncio.Event)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def add(self, name: str, *, listens: bool, works: bool) -> None:
        self.plans[name] = Plan(
            name=name,
            folder=str(self.folder),
            url=self.postgres.url,
            dsn=self.postgres.dsn,
            provider=self.provider.url,
            port=free_port() if listens else None,
            works=works,
        )
        self.start(name)

    def start(self, name: str) -> None:
        self.pids[name] = self.nursery.start(self.plans[name])

    def kill(self, name: str) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pids[name], signal.SIGKILL)
        self.kills[name] += 1

    def restart_postgres(self) -> None:
        """PostgreSQL is killed, every second time, or stopped, and started again on the same files."""
        if self.kills["postgres"] % 2 == 0 and self.postgres.pid is not None:
            os.kill(self.postgres.pid, signal.SIGKILL)
        self.postgres.stop()
        self.postgres.start()
        self.kills["postgres"] += 1

    async def text(self, sender: str, words: str, *, to_staff: bool = False) -> None:
        """Hand over one text as Twilio does: signed, and again with the same id until somebody says 200."""
        sid = f"SM{0xC0000 + next(self._numbers):032x}"
        fields = {"MessageSid": sid, "From": sender, "To": STAFF_LINE if to_staff else CLINIC, "Body": words}
        self.busy += 1
        try:
            async with asyncio.timeout(PATIENCE):
                while not await self._post(INCOMING_PATH, fields):  # noqa: ASYNC110  (as Twilio does)
                    await asyncio.sleep(0.1)
        finally:
            self.busy -= 1

    async def receipt(self, sent: dict[str, str], sid: str) -> None:
        """What the provider says later about a text: it arrived. Once; when nobody listens it is lost."""
        path = sent["StatusCallback"].removeprefix(PUBLIC)
        await self._post(path, {"MessageSid": sid, "MessageStatus": "delivered"})

    async def _post(self, path: str, fields: dict[str, str]) -> bool:
        body = urlencode(fields).encode()
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Twilio-Signature": signature(TOKEN, PUBLIC + path, fields_of(body)),
        }
        port = self.rng.choice([plan.port for plan in self.plans.values() if plan.port is not None])
        self.stimulus.set()
        try:
            answer = await self.http.post(f"http://127.0.0.1:{port}{path}", content=body, headers=headers)
        except httpx.HTTPError:
            return False
        return answer.status_code == 200

    async def opens(self) -> None:
        """Until every listener answers."""
        for plan in self.plans.values():
            while plan.port is not None:
                if not is_alive(self.pids[plan.name]):
                    raise RuntimeError(f"{plan.name} ended at its start: see {self.folder}/logs")
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", plan.port)
                    writer.close()
                    break
                await asyncio.sleep(0.05)

    async def keep_running(self) -> None:
        """What an init system does: a process that ended is started again."""
        while True:
            for name, pid in list(self.pids.items()):
                if not is_alive(pid):
                    await asyncio.sleep(self.rng.uniform(0, 0.3))
                    self.start(name)
            await asyncio.sleep(0.05)

    async def keep_killing(self, every: float, postgres_every: int) -> None:
        """Kill somebody at random, half of the time shortly after something began to happen."""
        for number in itertools.count(1):
            await asyncio.sleep(self.rng.expovariate(1 / every))
            await self._something_goes_on(self.rng.randint(1, 12))
            if self.rng.random() < 0.6:
                self.stimulus.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.stimulus.wait(), 2)
                await asyncio.sleep(self.rng.uniform(0, 0.15))
            if number % postgres_every == 0:
                self.restart_postgres()
            else:
                self.kill(self.rng.choice(sorted(self.pids)))

    async def _something_goes_on(self, texts: int) -> None:
        """Until so many texts have left, or half a minute is over: a slow machine is killed more rarely."""
        deadline, before = asyncio.get_running_loop().time() + 30, len(self.provider.accepted)
        while asyncio.get_running_loop().time() < deadline:
            if len(self.provider.accepted) >= before + texts:
                return
            await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def town(folder: Path, seed: int) -> AsyncIterator[Town]:
    """Build it, with three processes: one that listens and works, one that works, one that listens."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)  # noqa: ASYNC240  (nothing else runs yet)
    nursery = Nursery()
    with contextlib.closing(nursery), EmbeddedPostgres(folder / "postgres") as postgres:
        migrate(postgres.url)
        database = Database(postgres.url, vault_from(KEY), pool_size=3)
        async with twilio_double() as provider, httpx.AsyncClient(timeout=10, trust_env=False) as http:
            clock = SharedClock(folder / "clock")
            found = Town(
                folder,
                postgres,
                provider,
                nursery,
                database,
                clock,
                http,
                random.Random(seed),  # noqa: S311
            )
            await asyncio.to_thread(nursery.wait)
            found.add("both", listens=True, works=True)
            found.add("worker", listens=False, works=True)
            found.add("web", listens=True, works=False)
            await found.opens()
            try:
                yield found
            finally:
                for pid in found.pids.values():
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                await database.close()
