"""Trains the screen's classifier again when what it is made of changed. Called by `warmline train` and set-up."""

import hashlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bot.screen.train import train
from encoder import SAFETY_FOLDER, load

_SOURCES = ("data/safety", "data/nlu", "bot/screen")
_KINDS = {".yml", ".py"}


def needs_training(root: Path, out: Path) -> bool:
    """Whether the model is missing or was made of something else than what is here now."""
    stamp = out / "made-of"
    return not stamp.exists() or stamp.read_text() != _fingerprint(
        root, out.parent / "encoder" / SAFETY_FOLDER
    )


def retrain(root: Path, out: Path, progress: Callable[[str], None]) -> None:
    """Train into the folder `out`, with the encoder beside it. Raises EncoderMissing."""
    begun, made_of = time.monotonic(), _fingerprint(root, out.parent / "encoder" / SAFETY_FOLDER)
    progress("Training the safety screen's second layer ...")
    encode = load(out.parent / "encoder" / SAFETY_FOLDER).encode
    out.mkdir(parents=True, exist_ok=True)
    count = train(root / "data" / "safety", encode, out, ordinary=root / "data" / "nlu")
    (out / "made-of").write_text(made_of)
    progress(f"It learned from {count} examples ({time.monotonic() - begun:.0f} s).")


def _fingerprint(root: Path, encoder: Path) -> str:
    total = hashlib.sha256()
    for path in _files(root):
        total.update(
            str(path.relative_to(root)).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest()
        )
    manifest = encoder / "manifest.json"
    total.update(manifest.read_bytes() if manifest.exists() else b"no encoder")
    return total.hexdigest()


def _files(root: Path) -> Iterator[Path]:
    for name in _SOURCES:
        yield from sorted(path for path in (root / name).rglob("*") if path.suffix in _KINDS)
