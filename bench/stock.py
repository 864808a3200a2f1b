"""Rasa as its makers ship it: the project of `rasa init` (DIET, TED), trained here, asked over REST."""

import os
import shutil
import subprocess
import time
from pathlib import Path

from bench.rest import RestRasa
from bot.processes import Command, free_port

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


def server() -> RestRasa:
    """Stock Rasa with its first project."""
    port = free_port()
    argv = (str(PYTHON), "-m", "rasa", "run", "-i", "127.0.0.1", "-p", str(port))
    return RestRasa("stock rasa", Command(argv, environment(), PROJECT), port, PLACE / "stock.log", WORDS)
