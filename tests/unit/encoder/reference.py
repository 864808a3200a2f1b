"""MiniLM's forward pass written down plainly in numpy, to compare the ONNX graph with."""

from collections.abc import Mapping
from math import erf
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Weights = Mapping[str, npt.NDArray[Any]]

HEADS = 12


def sentence_vector(weights: Weights, ids: list[int]) -> Floats:
    """The mean of the last layer over all tokens, unit length."""
    hidden = weights["embeddings.word_embeddings.weight"][ids].astype(np.float64)
    hidden += weights["embeddings.position_embeddings.weight"][: len(ids)]
    hidden += weights["embeddings.token_type_embeddings.weight"][0]
    hidden = _normalize(weights, "embeddings.LayerNorm", hidden)
    for layer in range(6):
        name = f"encoder.layer.{layer}"
        attended = _dense(weights, f"{name}.attention.output.dense", _attend(weights, name, hidden))
        hidden = _normalize(weights, f"{name}.attention.output.LayerNorm", hidden + attended)
        wide = _gelu(_dense(weights, f"{name}.intermediate.dense", hidden))
        narrow = _dense(weights, f"{name}.output.dense", wide)
        hidden = _normalize(weights, f"{name}.output.LayerNorm", hidden + narrow)
    mean: Floats = hidden.mean(axis=0)
    return mean / np.linalg.norm(mean)


def _attend(weights: Weights, name: str, hidden: Floats) -> Floats:
    parts = (_dense(weights, f"{name}.attention.self.{part}", hidden) for part in ("query", "key", "value"))
    query, key, value = (part.reshape(len(hidden), HEADS, -1).swapaxes(0, 1) for part in parts)
    scores = query @ key.swapaxes(1, 2) / np.sqrt(query.shape[-1])
    shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares /= shares.sum(axis=-1, keepdims=True)
    return np.asarray((shares @ value).swapaxes(0, 1).reshape(hidden.shape))


def _dense(weights: Weights, name: str, values: Floats) -> Floats:
    return np.asarray(values @ weights[f"{name}.weight"].T + weights[f"{name}.bias"])


def _normalize(weights: Weights, name: str, values: Floats) -> Floats:
    spread = np.sqrt(values.var(axis=-1, keepdims=True) + 1e-12)
    even = (values - values.mean(axis=-1, keepdims=True)) / spread
    return np.asarray(even * weights[f"{name}.weight"] + weights[f"{name}.bias"])


def _gelu(values: Floats) -> Floats:
    return np.asarray(values / 2 * (1 + np.vectorize(erf)(values / np.sqrt(2))))
