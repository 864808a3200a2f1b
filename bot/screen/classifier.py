"""The second layer: nearness of a text to examples of danger, by sentence vectors. It can make the screen
ask; a crisis is only ever called by a rule, whose reason a clinician can read.

The saved model is two plain files (numbers in .npz, words in .json): nothing in them is executed.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from math import exp
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
Encode = Callable[[str], Vector]

NUMBERS, SETTINGS = "safety.npz", "safety.json"
PARTS = ("support", "weights", "offset", "kind_weights", "kind_offsets")


class ModelError(RuntimeError):
    """The saved model cannot be used; the message says why."""


@dataclass(frozen=True)
class Classifier:
    """How near a text is to danger, by a radial kernel over sentence vectors, and to which kind of it."""

    encode: Encode
    kinds: tuple[str, ...]  # without "none"
    support: NDArray[np.float32]  # vectors x 384
    weights: NDArray[np.float32]
    offset: NDArray[np.float32]
    kind_weights: NDArray[np.float32]  # kinds x 384
    kind_offsets: NDArray[np.float32]
    gamma: float
    ask_from: float
    doubt_below: float

    @classmethod
    def load(cls, folder: Path, encode: Encode) -> "Classifier":
        """Read the two files; raises ModelError."""
        try:
            settings = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
            with np.load(folder / NUMBERS, allow_pickle=False) as numbers:
                parts = {name: numbers[name].astype(np.float32) for name in PARTS}
            return cls(encode, tuple(settings.pop("kinds")), **parts, **settings)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(f"the safety model in {folder.name} cannot be read") from error

    def danger(self, text: str) -> tuple[float, str]:
        """(0 for harmless to 1 for danger, the likeliest kind of danger); long texts are read in pieces.

        The number orders texts; it is not the share of them that are dangerous.
        """
        found = [self._danger_of(self.encode(piece)) for piece in pieces(text)]
        return max(found, key=lambda f: f[0]) if found else (0.0, self.kinds[0])

    def _danger_of(self, vector: Vector) -> tuple[float, str]:
        # Vectors have unit length, so the squared distance is 2 - 2 cos.
        nearness = np.exp(-self.gamma * (2.0 - 2.0 * (self.support @ vector)))
        score = float(nearness @ self.weights + self.offset[0])
        kind = int(np.argmax(self.kind_weights @ vector + self.kind_offsets))
        return 1.0 / (1.0 + exp(-2.0 * score)), self.kinds[kind]


_PIECE = 45  # words
_MOST_PIECES = 12


def pieces(text: str) -> list[str]:
    """The text, or for a long one its parts of about 45 words, cut at sentence ends where possible."""
    if len(text.split()) <= _PIECE:
        return [text] if text.strip() else []
    parts: list[list[str]] = [[]]
    for sentence in re.split(r"(?<=[.!?])\s+|\n+", text):
        words = sentence.split()
        for start in range(0, len(words), _PIECE):
            chunk = words[start : start + _PIECE]
            if parts[-1] and len(parts[-1]) + len(chunk) > _PIECE:
                parts.append([])
            parts[-1] += chunk
    return _spread([" ".join(p) for p in parts if p])


def _spread(parts: list[str]) -> list[str]:
    """At most twelve parts: the first and last ones, where people say what matters."""
    half = _MOST_PIECES // 2
    return parts if len(parts) <= _MOST_PIECES else parts[:half] + parts[-half:]


def save(folder: Path, numbers: dict[str, NDArray[Any]], settings: dict[str, Any]) -> None:
    """Write the two files of a model."""
    folder.mkdir(parents=True, exist_ok=True)
    small: dict[str, Any] = {name: numbers[name].astype(np.float16) for name in PARTS}
    np.savez_compressed(folder / NUMBERS, **small)
    (folder / SETTINGS).write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")
