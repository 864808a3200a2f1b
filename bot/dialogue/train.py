"""Trains Rasa's model when what it is made of changed. It must not read or judge the data itself."""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from bot.dialogue.rasa_python import ENCODER, MODEL, ROOT, rasa_environment, rasa_python

DATA = ("data/nlu", "data/responses", "data/rules", "data/stories")
SOURCES = (
    "config.yml",
    "domain.yml",
    *DATA,
    "data/spanish",
    "rasa_components",
    "encoder/__init__.py",
    "rasa-env/uv.lock",
)
_KINDS = {".yml", ".py", ".lock"}


class TrainingFailed(RuntimeError):
    """Rasa could not train; the text holds the end of what it said."""


def needs_training(model: Path = MODEL) -> bool:
    """Whether the model is missing, or made of something else than what is here now. Reads, trains
    nothing."""
    stamp = _stamp(model)
    return not model.exists() or not stamp.exists() or stamp.read_text() != fingerprint()


def train(progress: Callable[[str], None] = print, model: Path = MODEL) -> None:
    """Train and put the model in place in one step; a failed training leaves the old one.

    Raises TrainingFailed or RasaMissing.
    """
    begun = time.monotonic()
    made_of = fingerprint()
    model.parent.mkdir(parents=True, exist_ok=True)
    progress("Training the model, about a minute ...")
    with tempfile.TemporaryDirectory(dir=model.parent, prefix=".training-") as folder:
        _run_rasa(Path(folder), model.name)
        _stamp(model).unlink(missing_ok=True)
        (Path(folder) / model.name).replace(model)
    _stamp(model).write_text(made_of)
    progress(f"The model is trained ({time.monotonic() - begun:.0f} s).")


def fingerprint(root: Path = ROOT, encoder: Path = ENCODER) -> str:
    """One hash over everything that training reads, the code that it runs, and the sentence encoder."""
    total = hashlib.sha256()
    for path in _files(root):
        total.update(f"{path.relative_to(root)}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    manifest = encoder / "manifest.json"
    total.update(manifest.read_bytes() if manifest.exists() else b"no encoder")
    return total.hexdigest()


def _files(root: Path) -> Iterator[Path]:
    for name in SOURCES:
        source = root / name
        yield from (
            [source]
            if source.is_file()
            else sorted(path for path in source.rglob("*") if path.suffix in _KINDS)
        )


def _stamp(model: Path) -> Path:
    return model.with_name(model.name + ".made-of")


def _run_rasa(folder: Path, name: str) -> None:
    data = [source for source in DATA if any((ROOT / source).glob("*.yml"))]
    command = [str(rasa_python()), "-m", "rasa", "train", "--skip-validation", "--fixed-model-name", name]
    command += ["--out", str(folder), "--data", *data]
    done = subprocess.run(  # noqa: S603 -- our own command
        command, cwd=ROOT, env=_environment(), capture_output=True, text=True, check=False
    )
    if done.returncode or not (folder / name).exists():
        raise TrainingFailed("\n".join((done.stdout + done.stderr).strip().splitlines()[-15:]))


def _environment() -> Mapping[str, str]:
    return rasa_environment(
        os.cpu_count() or 1,
        RASA_MAX_CACHE_SIZE="200",  # MB in .rasa, kept between trainings
        # Large arrays come and go; giving each back to the system at once costs half the time.
        MALLOC_MMAP_THRESHOLD_="1000000000",
        MALLOC_TRIM_THRESHOLD_="4000000000",
    )
