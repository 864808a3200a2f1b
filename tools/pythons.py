"""Finds interpreters. Each candidate is run before it is believed: a shim may be there and lead nowhere."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

# What a self-built Python may lack, and the packages need.
_TRIAL = (
    "import ctypes, hashlib, platform, sqlite3, ssl, sys, zlib; "
    "assert platform.python_implementation() == 'CPython'; "
    "print('%d.%d' % sys.version_info[:2]); print(sys.executable)"
)


def find(versions: Sequence[str]) -> Path | None:
    """The first interpreter that runs and is of one of these versions ("3.10"), which are tried in order."""
    for version in versions:
        for candidate in _candidates(version):
            found = try_out(candidate, version)
            if found:
                return found
    return None


def try_out(candidate: Path, version: str) -> Path | None:
    """The real path of a candidate that runs and is of this version; else None."""
    try:
        # Not in the project's folder: a version manager would obey a file it finds there.
        ran = subprocess.run(  # noqa: S603 -- what PATH and pyenv name
            [str(candidate), "-I", "-c", _TRIAL],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            timeout=30,
            cwd="/",
            check=True,
        )
        said, path = ran.stdout.strip().splitlines()
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return Path(path) if said == version else None


def _candidates(version: str) -> Iterator[Path]:
    for name in (f"python{version}", "python3", "python"):
        found = shutil.which(name)
        if found:
            yield Path(found)
    managed = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    for folder in sorted(managed.glob(f"versions/{version}*"), reverse=True):
        yield folder / f"bin/python{version}"
    for folder in ("/usr/bin", "/usr/local/bin"):
        yield Path(folder) / f"python{version}"
