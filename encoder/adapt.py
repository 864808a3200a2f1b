"""Adds a small learned difference to the encoder's weights: for each matrix two thin ones whose product is added.

Used by set-up only. The base encoder, which Rasa uses, stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

SAFETY = Path(__file__).with_name("safety.npz")  # made by tools/adapt_encoder.py from data/safety

SIDES = ("down", "up")  # whole numbers of eight bits, each with its scales
Weights = Mapping[str, npt.NDArray[Any]]


class AdapterDoesNotFit(ValueError):
    """The file of differences names a matrix that the weights do not have, or has another shape."""


def adapted(weights: Weights, adapter: Path) -> dict[str, npt.NDArray[Any]]:
    """The weights with the adapter's differences added. Raises AdapterDoesNotFit, OSError."""
    result = dict(weights)
    with np.load(adapter, allow_pickle=False) as parts:
        for name in sorted(p.removesuffix(".down") for p in parts.files if p.endswith(".down")):
            down, up = (
                parts[f"{name}.{side}"] * parts[f"{name}.{side}.scale"].astype(np.float32) for side in SIDES
            )
            matrix = result.get(f"{name}.weight")
            if matrix is None or matrix.shape != (up.shape[0], down.shape[1]):
                raise AdapterDoesNotFit(name)
            result[f"{name}.weight"] = (matrix + up @ down).astype(np.float32)
    return result
