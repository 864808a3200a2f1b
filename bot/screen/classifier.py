"""The second layer: nearness of a text to examples of danger, by sentence vectors, weighed with what the rules saw.

It can make the screen ask, take back an unsure question and turn a crisis of a weak rule into a question. A crisis
is only ever called by a rule, whose reason a clinician can read.

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
NOTHING = frozenset[str]()


class ModelError(RuntimeError):
    """The saved model cannot be used; the message says why."""


@dataclass(frozen=True)
class Classifier:
    """How near a text is to danger, by a radial kernel over sentence vectors, and to which kind of it.

    `balance` weighs the three things known of a text (nearness, a rule's *ask*, a rule's *crisis*; the last number is
    the offset) into one number from 0 to 1. `ask_from` and `crisis_from` are the numbers from which the screen asks,
    and from which a rule's crisis stays one.
    """

    encode: Encode
    kinds: tuple[str, ...]  # without "none"
    support: NDArray[np.float32]  # vectors x 384
    weights: NDArray[np.float32]
    offset: NDArray[np.float32]
    kind_weights: NDArray[np.float32]  # kinds x 384
    kind_offsets: NDArray[np.float32]
    gamma: float
    balance: tuple[float, float, float, float]
    ask_from: float
    crisis_from: float

    @classmethod
    def load(cls, folder: Path, encode: Encode) -> "Classifier":
        """Read the two files; raises ModelError."""
        try:
            settings = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
            with np.load(folder / NUMBERS, allow_pickle=False) as numbers:
                parts = {name: numbers[name].astype(np.float32) for name in PARTS}
            kinds, balance = tuple(settings.pop("kinds")), tuple(settings.pop("balance"))
            return cls(encode, kinds, balance=balance, **parts, **settings)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(f"the safety model in {folder.name} cannot be read") from error

    def danger(self, text: str) -> "Danger":
        """How near the text is to danger, and to which kind; long texts are read in pieces, the worst one counts."""
        found = [self._danger_of(self.encode(unmarked(piece))) for piece in pieces(text)]
        return max(found, key=lambda f: f.nearness) if found else Danger(-2.0, self.kinds[0])

    def weigh(self, nearness: float, levels: frozenset[str] = NOTHING) -> float:
        """0 for harmless to 1 for danger; `levels` are those of the rules' signs in the text."""
        by_nearness, by_ask, by_crisis, offset = self.balance
        total = (
            by_nearness * nearness + by_ask * ("ask" in levels) + by_crisis * ("crisis" in levels) + offset
        )
        return 1.0 / (1.0 + exp(-total))

    def _danger_of(self, vector: Vector) -> "Danger":
        # Vectors have unit length, so the squared distance is 2 - 2 cos. No BLAS: its threads would wait for each other.
        likeness = np.exp(-self.gamma * (2.0 - 2.0 * np.einsum("ij,j->i", self.support, vector)))
        kind = int(np.argmax(self.kind_weights @ vector + self.kind_offsets))
        return Danger(float(likeness @ self.weights + self.offset[0]), self.kinds[kind])


@dataclass(frozen=True)
class Danger:
    """`nearness`: below 0 nearer to harmless examples, above 0 to dangerous ones. `kind`: the likeliest of those."""

    nearness: float
    kind: str


_MARKS = re.compile(r"[^\w\s'@$]+")


def unmarked(text: str) -> str:
    """The text in small letters without punctuation: how somebody types must not change what is seen."""
    return " ".join(_MARKS.sub(" ", text.lower()).split())


_WHOLE = 60  # words; a longer text is read in pieces
_PIECE = 45
_MOST_PIECES = 6


def pieces(text: str) -> list[str]:
    """The text, or for a long one its parts of about 45 words, cut at sentence ends where possible."""
    if len(text.split()) <= _WHOLE:
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
    """At most six parts: the first and last ones, where people say what matters."""
    half = _MOST_PIECES // 2
    return parts if len(parts) <= _MOST_PIECES else parts[:half] + parts[-half:]


def save(folder: Path, numbers: dict[str, NDArray[Any]], settings: dict[str, Any]) -> None:
    """Write the two files of a model."""
    folder.mkdir(parents=True, exist_ok=True)
    small: dict[str, Any] = {name: numbers[name].astype(np.float16) for name in PARTS}
    np.savez_compressed(folder / NUMBERS, **small)
    (folder / SETTINGS).write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")
