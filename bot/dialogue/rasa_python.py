"""Runs a program in Rasa's own Python environment. Knows where it is and what it may see; decides nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / "rasa-env" / ".venv" / "bin" / "python"
ENCODER = ROOT / ".var" / "encoder"
MODEL = ROOT / "models" / "warmline.tar.gz"

_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ")
_QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "LOG_LEVEL": "WARNING",
    "LOG_LEVEL_LIBRARIES": "ERROR",
    "PYTHONWARNINGS": "ignore",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "MPLCONFIGDIR": str(ROOT / ".var" / "matplotlib"),
}


class RasaMissing(RuntimeError):
    """Rasa's environment is not installed. Run `make setup`."""


def rasa_python() -> Path:
    """The interpreter. Raises RasaMissing."""
    if not PYTHON.exists():
        raise RasaMissing(RasaMissing.__doc__)
    return PYTHON


def rasa_environment(threads: int, **more: str) -> Mapping[str, str]:
    """Everything a program there may see: none of our own settings, no telemetry, this many threads for
    sums."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    counts = {name: str(threads) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
    return {**kept, **_QUIET, **counts, "PYTHONPATH": str(ROOT), "WARMLINE_ENCODER": str(ENCODER), **more}
