"""How far a sentence vector is from everything a model was trained on. No Rasa in here.

The distance is Mahalanobis's, to the nearest intent's mean, with one covariance for all intents: a text that no
example resembles is far away, however sure the regression is of itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
SHRINK = 0.2  # of the covariance's way to a ball: few examples do not fill 384 dimensions


@dataclass(frozen=True)
class Novelty:
    """`means` are the intents' means after `whiten`; `usual` and `spread` are the training texts' distances."""

    whiten: Floats
    means: Floats
    usual: float
    spread: float

    @classmethod
    def learn(cls, vectors: Floats, labels: npt.NDArray[np.intp]) -> Novelty:
        """From one vector and one class number per text; the numbers run from 0 without a gap."""
        means = np.stack([vectors[labels == number].mean(axis=0) for number in range(int(labels.max()) + 1)])
        rest = np.asarray(vectors - means[labels], np.float64)
        covariance = rest.T @ rest / len(rest)
        size = len(covariance)
        ball = np.eye(size) * max(float(np.trace(covariance)) / size, 1e-9)
        root = np.linalg.cholesky(np.linalg.inv((1 - SHRINK) * covariance + SHRINK * ball))
        made = cls(root.astype(np.float32), np.asarray(means @ root, np.float32), 0.0, 1.0)
        distances = made.of(vectors)
        return cls(made.whiten, made.means, float(distances.mean()), float(distances.std() or 1.0))

    def of(self, vectors: Floats) -> Floats:
        """One number per row: 0 is as far as the training texts, 1 a standard deviation farther."""
        there = vectors @ self.whiten
        squares = (there**2).sum(axis=1)[:, None] - 2 * there @ self.means.T + (self.means**2).sum(axis=1)
        nearest = np.sqrt(np.maximum(squares.min(axis=1), 0.0))
        return np.asarray((nearest - self.usual) / self.spread, np.float32)
