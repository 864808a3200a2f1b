"""Remembers the vectors of training texts, so that training again after a small change is quick. No Rasa in here.

Only texts of data/ come here, never a client's.
"""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import numpy as np

import encoder

FILE = "training-vectors.npz"
MOST = 50_000  # 77 MB; then those that this training does not need are dropped


def encode_all(texts: list[str], vectors: encoder.Encoder, folder: Path) -> dict[str, encoder.Vector]:
    """The vector of each text, from the folder's file where it is known, else on all cores; and writes the file."""
    made_with = (folder / encoder.MANIFEST).read_text()
    names = {text: hashlib.sha256(f"{made_with}\0{text}".encode()).hexdigest() for text in texts}
    known = _read(folder / FILE)
    new = [text for text in names if names[text] not in known]
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # the encoder lets go of Python's lock
        known.update(zip(map(names.__getitem__, new), pool.map(vectors.encode, new), strict=True))
    if new:
        kept = known if len(known) <= MOST else {name: known[name] for name in names.values()}
        _write(folder / FILE, kept)
    return {text: known[name] for text, name in names.items()}


def _read(file: Path) -> dict[str, encoder.Vector]:
    try:
        with np.load(file) as stored:
            return dict(zip(stored["names"].tolist(), stored["vectors"], strict=True))
    except (OSError, ValueError, KeyError):
        return {}  # none yet, or cut off: they are made again


def _write(file: Path, known: dict[str, encoder.Vector]) -> None:
    partial = file.with_name(f"{os.getpid()}-{file.name}")
    with suppress(OSError):  # a folder that is not ours to write: the next training takes longer
        np.savez(partial, names=np.array(list(known)), vectors=np.stack(list(known.values())))
        partial.replace(file)
