"""The intent model: n-grams and sentence vectors in, one probability per intent out. No Rasa in here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from rasa_components.ngrams import Ngrams
from rasa_components.novelty import Novelty
from rasa_components.softmax import Floats, Weights, fit, softmax

OUTSIDE = "out_of_scope"
PLAIN: Mapping[str, Any] = {"temperature": 1.0, "outside": 0.0, "novelty": 0.0}
_INTENTS = "intents.json"
_WEIGHTS = "weights.npz"
_LEAST, _MOST = 1e-7, 1 - 1e-7


class IntentModel:
    """A trained model. `intents` are sorted; shares come in their order."""

    def __init__(
        self, ngrams: Ngrams, weights: Weights, intents: list[str], vector_scale: float, novelty: Novelty
    ) -> None:
        self.intents = intents
        self.novelty = novelty
        self._ngrams = ngrams
        self._weights = weights
        self._vector_scale = vector_scale
        self._outside = intents.index(OUTSIDE) if OUTSIDE in intents else None

    @classmethod
    def learn(
        cls,
        texts: list[str],
        vectors: Floats,
        labels: list[str],
        settings: Mapping[str, Any],
        outside: str = OUTSIDE,
    ) -> IntentModel:
        """From one label and one vector per text; texts with the label `outside` are like nothing."""
        intents, numbers = np.unique(labels, return_inverse=True)
        ngrams = Ngrams.learn(texts, settings["most_words"], settings["most_pieces"])
        scale = settings["vector_scale"]
        dense = np.asarray(vectors * scale, np.float32)
        weights = fit(ngrams(texts), dense, numbers, strength=settings["strength"], steps=settings["steps"])
        known = np.array([label != outside for label in labels])
        _, inside = np.unique(np.asarray(labels)[known], return_inverse=True)
        novelty = Novelty.learn(np.asarray(vectors, np.float32)[known], inside)
        return cls(ngrams, weights, [str(intent) for intent in intents], scale, novelty)

    def shares(self, text: str, vector: Floats, settings: Mapping[str, Any] = PLAIN) -> Floats:
        """The probability of each intent for one text and its (1, 384) vector.

        `temperature` above 1 makes all less sure. For out_of_scope, `outside` and, for each standard deviation
        that the text is farther from the examples, `novelty` are added to the log odds.
        """
        scores = self._weights.score_one(self._ngrams.of(text), vector * self._vector_scale)
        shares = softmax(scores / settings["temperature"])[0]
        if self._outside is None:
            return np.asarray(shares)
        more = settings["outside"] + settings["novelty"] * float(self.novelty.of(vector)[0])
        return _weigh(shares, self._outside, more)

    def scores(self, texts: list[str], vectors: Floats) -> Floats:
        """The regression's scores of many texts, before they are made probabilities."""
        return self._weights.scores(self._ngrams(texts), np.asarray(vectors * self._vector_scale, np.float32))

    def save(self, folder: Path) -> None:
        self._ngrams.save(folder)
        known = {"intents": self.intents, "vector_scale": self._vector_scale}
        known |= {"usual": self.novelty.usual, "spread": self.novelty.spread}
        (folder / _INTENTS).write_text(json.dumps(known))
        np.savez(
            folder / _WEIGHTS,
            sparse=self._weights.sparse,
            dense=self._weights.dense,
            bias=self._weights.bias,
            whiten=self.novelty.whiten,
            means=self.novelty.means,
        )

    @classmethod
    def load(cls, folder: Path) -> IntentModel:
        known = json.loads((folder / _INTENTS).read_text())
        with np.load(folder / _WEIGHTS) as stored:
            weights = Weights(stored["sparse"], stored["dense"], stored["bias"])
            novelty = Novelty(stored["whiten"], stored["means"], known["usual"], known["spread"])
        return cls(Ngrams.load(folder), weights, known["intents"], known["vector_scale"], novelty)


def _weigh(shares: Floats, place: int, more: float) -> Floats:
    """The same shares with `more` added to the log odds of one of them."""
    share = float(np.clip(shares[place], _LEAST, _MOST))
    new = 1 / (1 + (1 - share) / share * np.exp(-more))
    weighed = shares * ((1 - new) / (1 - share))
    weighed[place] = new
    return np.asarray(weighed, np.float32)
