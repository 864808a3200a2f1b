"""Runs the steps of set-up: one line each, nothing when nothing changed, and advice when one fails."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

_BEAT = 20.0  # seconds between signs of life where the line cannot be rewritten
_HEADING = "\n== "
_SKIPPED = {"__pycache__", ".venv"}


class SetupError(Exception):
    """A step could not be done; the advice says what a person can do about it."""

    def __init__(self, advice: str) -> None:
        super().__init__(advice)
        self.advice = advice


def fingerprint(root: Path, names: Iterable[str], more: Iterable[str] = ()) -> str:
    """A hash over the content of these files and folders (those that exist) and some more words."""
    digest = hashlib.sha256()
    for path in sorted(path for name in names for path in _files(root / name)):
        digest.update(f"{path.relative_to(root)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    digest.update("\0".join(more).encode())
    return digest.hexdigest()


def _files(path: Path) -> Iterable[Path]:
    if path.is_file():
        return [path]
    return (file for file in path.rglob("*") if file.is_file() and not _SKIPPED & set(file.parts))


class Steps:
    """Commands run in `root`. `folder` remembers what was done, and the last output (setup.log)."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root = root
        self.folder = folder
        self.log = folder / "setup.log"
        self.done = 0
        folder.mkdir(parents=True, exist_ok=True)
        self.log.write_bytes(b"")

    def need(self, name: str, mark: str, makes: Sequence[Path], work: Callable[[], None]) -> None:
        """Does `work` unless it was done for the same `mark` and what it makes is still there."""
        stamp = self.folder / "done" / name.replace(" ", "-")
        if stamp.exists() and stamp.read_text() == mark and all(path.exists() for path in makes):
            return
        stamp.parent.mkdir(exist_ok=True)
        if stamp.exists():
            stamp.unlink()
        work()
        stamp.write_text(mark)
        self.done += 1

    def run(self, line: str, command: Sequence[object], advice: str, **extra_env: str) -> None:
        """Runs one command with its output in the log, showing `line` and the seconds it takes."""
        begun = time.monotonic()
        with self.log.open("ab") as log:
            log.write(f"{_HEADING}{line}: {' '.join(map(str, command))}\n".encode())
            log.flush()
            process = subprocess.Popen(  # noqa: S603 -- our own command
                [str(word) for word in command],
                cwd=self.root,
                env=_environment(extra_env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
            code = _watch(process, line, begun)
        _say(line, f"{time.monotonic() - begun:.0f} s" if code == 0 else "failed", last=True)
        if code != 0:
            self.show_log_end()
            raise SetupError(advice)

    def show_log_end(self, lines: int = 20) -> None:
        last = self.log.read_text(errors="replace").rpartition(_HEADING)[2]
        for line in last.splitlines()[1:][-lines:]:
            print("    | " + line, file=sys.stderr)


def _environment(extra: dict[str, str]) -> dict[str, str]:
    """Ours, without what would make a Python or uv look into somebody else's folders."""
    unwanted = {
        "PYTHONPATH",
        "PYTHONHOME",
        "VIRTUAL_ENV",
        "CONDA_PREFIX",
        "UV_PROJECT_ENVIRONMENT",
        "UV_PYTHON",
    }
    return {**{name: value for name, value in os.environ.items() if name not in unwanted}, **extra}


def _watch(process: subprocess.Popen[bytes], line: str, begun: float) -> int:
    shown, terminal = begun, sys.stdout.isatty()
    try:
        while _wait(process) is None:
            now = time.monotonic()
            if terminal or now - shown >= _BEAT:
                _say(line, f"{now - begun:.0f} s ...")
                shown = now
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        raise
    return process.returncode


def _wait(process: subprocess.Popen[bytes]) -> int | None:
    try:
        return process.wait(timeout=0.5)
    except subprocess.TimeoutExpired:
        return None


def _say(line: str, state: str, last: bool = False) -> None:
    text = f"  {line:<52} {state:>9}"
    if not sys.stdout.isatty():
        print(text, flush=True)
    else:
        print("\r\033[K" + text, end="\n" if last else "", flush=True)
