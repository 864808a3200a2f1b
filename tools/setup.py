"""Makes a fresh clone ready to run, and is quick when it is: `make setup`. Needs nothing but a Python 3.8.

Everything it brings stays in this folder: .tools, .venv, rasa-env/.venv, models.
"""

from __future__ import annotations

import fcntl
import shutil
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pythons
from steps import SetupError, Steps, fingerprint

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
SERVICE_PYTHONS = ("3.11", "3.12", "3.13")  # as in pyproject.toml; the first is the one that is tested most
RASA_PYTHONS = ("3.10",)  # Rasa Open Source 3.6 knows no newer one
PLACE = "made-for"  # a file in each environment that says where it was made
ROOM = 5_000_000_000  # bytes: both environments, uv's cache, the model

NETWORK = (
    "Is the network up, and is the package index reached? Behind a proxy, set HTTPS_PROXY; for a mirror,\n"
    "set UV_DEFAULT_INDEX (uv) and PIP_INDEX_URL (pip). Then run make again: it goes on where it stopped."
)
NO_VENV = (
    "This Python has neither pip nor venv. On Debian and Ubuntu: sudo apt install python3-venv\n"
    "Or install uv (https://docs.astral.sh/uv/). Then run make again."
)
NO_PYTHON = (
    "No Python {versions} that runs was found (PATH, ~/.pyenv/versions), and none could be downloaded.\n"
    "Install one, for instance with pyenv (pyenv install {version}) or your system's packages; then run make."
)
BROKEN = "The lines above say why. Unless the disk is full, it is a fault of the project: please report it."


def main() -> int:
    """Does what is missing. Returns the exit code."""
    begun = time.monotonic()
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / "lock").open("w") as lock:
        _wait_for(lock)
        steps = Steps(ROOT, TOOLS)
        try:
            set_up(steps)
        except SetupError as failure:
            print(f"\nSet-up stopped. {failure.advice}\nThe whole output: {steps.log}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("\nSet-up interrupted. Run make again: it goes on where it stopped.", file=sys.stderr)
            return 130
    spent = time.monotonic() - begun
    print(f"Ready after {spent:.0f} s." if steps.done else f"Everything is in place ({spent:.1f} s).")
    return 0


def _wait_for(lock: object) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # type: ignore[arg-type]
    except OSError:
        print("Another set-up is at work here; waiting for it.", flush=True)
        fcntl.flock(lock, fcntl.LOCK_EX)  # type: ignore[arg-type]


def set_up(steps: Steps) -> None:
    _check_machine()
    bring_uv(steps)
    environment(steps, "the bot service's packages", ROOT, SERVICE_PYTHONS)
    environment(steps, "Rasa's packages", ROOT / "rasa-env", RASA_PYTHONS)
    encoder(steps)
    model(steps)


def _check_machine() -> None:
    if not sys.platform.startswith("linux"):
        raise SetupError(
            "Warmline runs on Linux. On Windows use WSL 2, on a Mac a container or Linux machine."
        )
    free = shutil.disk_usage(ROOT).free
    if free < ROOM and not (ROOT / "rasa-env/.venv").exists():
        raise SetupError(f"Set-up needs {ROOM / 1e9:.0f} GB on this disk; {free / 1e9:.1f} GB are free.")


def bring_uv(steps: Steps) -> None:
    def work() -> None:
        folder = TOOLS / "uv"
        shutil.rmtree(folder, ignore_errors=True)
        install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
        install += ["--only-binary=:all:", "-r", str(ROOT / "tools/uv.txt")]
        if _can("pip"):
            command = [sys.executable, *install, "--target", folder]
            steps.run("uv, the installer", command, NETWORK, PIP_USER="0")
        elif _can("ensurepip"):
            steps.run("a place for uv, the installer", [sys.executable, "-m", "venv", folder], NO_VENV)
            steps.run("uv, the installer", [folder / "bin/python", *install], NETWORK, PIP_USER="0")
        elif shutil.which("uv"):
            (folder / "bin").mkdir(parents=True)
            (folder / "bin/uv").symlink_to(str(shutil.which("uv")))
        else:
            raise SetupError(NO_VENV)

    steps.need("uv", fingerprint(ROOT, ["tools/uv.txt"], [str(ROOT)]), [uv()], work)


def _can(module: str) -> bool:
    return find_spec(module) is not None


def uv() -> Path:
    return TOOLS / "uv/bin/uv"


def environment(steps: Steps, what: str, project: Path, versions: tuple[str, ...]) -> None:
    """Installs exactly what the project's lock names, with a Python of one of these versions."""

    def work() -> None:
        python = find_python(steps, versions)
        _leave_if_moved(project / ".venv")
        sync = [uv(), "sync", "--frozen", "--python", python, "--project", project]
        steps.run(what, sync, NETWORK, UV_PYTHON_DOWNLOADS="never")
        (project / ".venv" / PLACE).write_text(str(project))

    name = str(project.relative_to(ROOT))
    locks = [str(Path(name) / "pyproject.toml"), str(Path(name) / "uv.lock")]
    made = [project / ".venv/bin/python"]
    steps.need(f"environment {project.name}", fingerprint(ROOT, locks, [str(project), *versions]), made, work)


def _leave_if_moved(venv: Path) -> None:
    """An environment holds absolute paths: one that was moved or copied with its folder is made anew."""
    place = venv / PLACE
    if place.exists() and place.read_text() != str(venv.parent):
        shutil.rmtree(venv)


def find_python(steps: Steps, versions: tuple[str, ...]) -> Path:
    """An interpreter of one of these versions: this machine's, else one that uv puts into .tools/python."""
    found = pythons.find(versions)
    if found:
        return found
    advice = NO_PYTHON.format(versions=" or ".join(versions), version=versions[0])
    place = TOOLS / "python"
    command = [uv(), "python", "install", versions[0], "--install-dir", place, "--no-bin"]
    steps.run(f"Python {versions[0]}", command, advice)
    for candidate in sorted(place.glob(f"cpython-{versions[0]}*/bin/python{versions[0]}"), reverse=True):
        found = pythons.try_out(candidate, versions[0])
        if found:
            return found
    raise SetupError(advice)


def encoder(steps: Steps) -> None:
    def work() -> None:
        command = [ROOT / ".venv/bin/python", "-m", "encoder.build"]
        steps.run("the sentence encoder", command, BROKEN)

    steps.need(
        "encoder", fingerprint(ROOT, ["encoder", "uv.lock"]), [ROOT / ".var/encoder/manifest.json"], work
    )


def model(steps: Steps) -> None:
    def work() -> None:
        command = [ROOT / ".venv/bin/python", "-m", "bot.cli", "train", "--if-changed"]
        steps.run("the model, from data/", command, BROKEN)

    # More than training reads: that command itself knows exactly, and is quick when it need not train.
    sources = ["config.yml", "domain.yml", "clinic.yml", "data", "encoder", "rasa_components"]
    sources += ["rasa-env/uv.lock", "bot/dialogue", "bot/screen", "bot/cli.py"]
    steps.need("model", fingerprint(ROOT, sources), [ROOT / "models/warmline.tar.gz"], work)


if __name__ == "__main__":
    sys.exit(main())
