"""The second layer: logistic regression over sentence vectors and word n-grams. It can make the screen ask; a
crisis is only ever called by a rule, whose reason a clinician can read.

The saved model is two plain files (numbers in .npz, words in .json): nothing in them is executed.
"""

import json
import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
Encode = Callable[[str], Vector]

WEIGHTS, SETTINGS = "safety.npz", "safety.json"
BUCKETS = 1 << 14
VECTOR_WEIGHT = 3.0
_WORD = re.compile(r"[a-z0-9']+")


class ModelError(RuntimeError):
    """The saved model cannot be used; the message says why."""


def words_of(text: str) -> list[str]:
    return _WORD.findall(text.lower().replace("’", "'"))


def buckets(words: Sequence[str]) -> list[int]:
    """The places of a text's words, pairs and triples in the hashed table."""
    padded = ["<", *words, ">"]
    grams = [*words, *(" ".join(padded[i : i + 2]) for i in range(len(padded) - 1))]
    grams += [" ".join(padded[i : i + 3]) for i in range(len(padded) - 2)]
    return sorted({zlib.crc32(gram.encode()) % BUCKETS for gram in grams})


@dataclass(frozen=True)
class Classifier:
    """P(kind) for a text; the kind "none" is harmless."""

    encode: Encode
    kinds: tuple[str, ...]
    vector_part: NDArray[np.float32]  # kinds x 384
    gram_part: NDArray[np.float32]  # kinds x BUCKETS
    bias: NDArray[np.float32]
    ask_from: float
    doubt_below: float

    @classmethod
    def load(cls, folder: Path, encode: Encode) -> "Classifier":
        """Read the two files; raises ModelError."""
        try:
            settings = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
            with np.load(folder / WEIGHTS, allow_pickle=False) as numbers:
                parts = {
                    name: numbers[name].astype(np.float32) for name in ("vector_part", "gram_part", "bias")
                }
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(f"the safety model in {folder.name} cannot be read") from error
        return cls(encode, tuple(settings["kinds"]), **parts, **settings["thresholds"])

    def probabilities(self, text: str) -> dict[str, float]:
        """P of every kind; they add up to 1."""
        return dict(zip(self.kinds, self._softmax(self._scores(text)).tolist(), strict=True))

    def danger(self, text: str) -> tuple[float, str]:
        """(P that the text is not harmless, the likeliest kind of danger); long texts are read in pieces."""
        found = [self._danger_of(piece) for piece in pieces(text)]
        return max(found, key=lambda f: f[0]) if found else (0.0, self.kinds[0])

    def _danger_of(self, text: str) -> tuple[float, str]:
        shares = self.probabilities(text)
        harmless = shares.pop("none")
        return 1.0 - harmless, max(shares, key=shares.__getitem__)

    def _scores(self, text: str) -> NDArray[np.float32]:
        places = buckets(words_of(text))
        grams = self.gram_part[:, places].sum(axis=1) / np.sqrt(max(len(places), 1))
        vector = VECTOR_WEIGHT * self.encode(text)
        scores: NDArray[np.float32] = self.vector_part @ vector + grams + self.bias
        return scores

    @staticmethod
    def _softmax(scores: NDArray[np.float32]) -> NDArray[np.float32]:
        powers = np.exp(scores - scores.max())
        shares: NDArray[np.float32] = powers / powers.sum()
        return shares


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


def save(
    folder: Path, numbers: dict[str, NDArray[Any]], kinds: Sequence[str], thresholds: dict[str, float]
) -> None:
    """Write the two files of a model."""
    folder.mkdir(parents=True, exist_ok=True)
    small: dict[str, Any] = {name: values.astype(np.float16) for name, values in numbers.items()}
    np.savez_compressed(folder / WEIGHTS, **small)
    settings = {"kinds": list(kinds), "thresholds": thresholds}
    (folder / SETTINGS).write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")
