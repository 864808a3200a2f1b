"""Rasa as its makers ship it: the project of `rasa init` (DIET, TED), trained here, asked over REST."""

import itertools
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx

from bench.figures import Memory, Rate, Times, memory_of, sustained
from bot.processes import Command, Supervised, answers_at, free_port

ROOT = Path(__file__).parent.parent
PLACE = ROOT / ".var/bench"
PYTHON = PLACE / "stock-env/bin/python"
PROJECT = PLACE / "stock"
WORDS = (
    "hello",
    "I am very sad",
    "no",
    "thank you, bye",
    "are you a bot?",
    "great",
    "good morning",
    "not good",
)
TURNS_EACH = 8  # then a new conversation: a long one slows Rasa down, which is not what is measured here

_QUIET = {"RASA_TELEMETRY_ENABLED": "false", "LOG_LEVEL": "WARNING", "TF_CPP_MIN_LOG_LEVEL": "3"}


def environment() -> dict[str, str]:
    return {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | _QUIET


def prepare() -> None:
    """Installs stock Rasa beside ours, exactly as rasa-env/uv.lock names it. Quick when it is there."""
    uv = ROOT / ".tools/uv/bin/uv"
    python = (ROOT / "rasa-env/.venv/bin/python").resolve()
    command: list[str | Path] = [uv, "sync", "--frozen", "--quiet", "--no-default-groups", "--group", "stock"]
    command += ["--project", ROOT / "rasa-env", "--python", python]
    env = os.environ | {"UV_PROJECT_ENVIRONMENT": str(PYTHON.parent.parent), "UV_PYTHON_DOWNLOADS": "never"}
    env.pop("VIRTUAL_ENV", None)
    subprocess.run(command, env=env, check=True)  # noqa: S603 -- our own command


def is_trained() -> bool:
    return any((PROJECT / "models").glob("*.tar.gz"))


def train() -> float:
    """Makes the project of `rasa init` and trains it; the seconds that took."""
    shutil.rmtree(PROJECT, ignore_errors=True)
    PROJECT.mkdir(parents=True)
    begun = time.monotonic()
    command: list[str | Path] = [PYTHON, "-m", "rasa", "init", "--no-prompt", "--init-dir", PROJECT]
    with (PLACE / "stock-training.log").open("wb") as log:
        subprocess.run(command, env=environment(), stdout=log, stderr=log, cwd=PLACE, check=True)  # noqa: S603
    return time.monotonic() - begun


class Stock:
    """A running stock Rasa server."""

    def __init__(self) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        argv = (str(PYTHON), "-m", "rasa", "run", "-i", "127.0.0.1", "-p", str(port))
        command = Command(argv, environment(), PROJECT)
        self.server = Supervised("stock rasa", command, answers_at(self.url + "/"), PLACE / "stock.log")
        self.client = httpx.AsyncClient(base_url=self.url, timeout=60, trust_env=False)
        self.turns = itertools.count()

    async def start(self) -> float:
        """The seconds until it answers."""
        begun = time.monotonic()
        await self.server.start()
        await self.server.until_ready()
        return time.monotonic() - begun

    async def stop(self) -> None:
        await self.client.aclose()
        await self.server.stop()

    async def turn(self, number: int = 0) -> float:
        """One turn of talker `number`; the seconds until its answer was here."""
        count = next(self.turns)
        sender = f"{number}-{count // TURNS_EACH // 20}" if number else f"0-{count // TURNS_EACH}"
        body: dict[str, Any] = {"sender": sender, "message": WORDS[count % len(WORDS)]}
        begun = time.monotonic()
        reply = await self.client.post("/webhooks/rest/webhook", json=body)
        spent = time.monotonic() - begun
        reply.raise_for_status()
        return spent

    async def latency(self, turns: int) -> Times:
        for _ in range(TURNS_EACH):
            await self.turn()  # the first turns load what is loaded late
        return Times.of([await self.turn() for _ in range(turns)])

    async def throughput(self, talkers: int, seconds: float) -> Rate:
        async def turn(number: int) -> None:
            await self.turn(number + 1)

        return await sustained(turn, talkers, seconds, self.server.pid or 0)

    def memory(self) -> Memory:
        return memory_of(self.server.pid or 0)
