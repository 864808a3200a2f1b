"""The intent model: n-grams and sentence vectors in, one probability per intent out. No Rasa in here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from rasa_components.ngrams import Ngrams
from rasa_components.softmax import Floats, Weights, fit, softmax

_INTENTS = "intents.json"
_WEIGHTS = "weights.npz"


class IntentModel:
    """A trained model. `intents` are sorted; shares come in their order."""

    def __init__(self, ngrams: Ngrams, weights: Weights, intents: list[str], vector_scale: float) -> None:
        self.intents = intents
        self._ngrams = ngrams
        self._weights = weights
        self._vector_scale = vector_scale

    @classmethod
    def learn(
        cls, texts: list[str], vectors: Floats, labels: list[str], settings: Mapping[str, Any]
    ) -> IntentModel:
        """From one label and one vector per text."""
        intents, numbers = np.unique(labels, return_inverse=True)
        ngrams = Ngrams.learn(texts, settings["most_words"], settings["most_pieces"])
        scale = settings["vector_scale"]
        dense = np.asarray(vectors * scale, np.float32)
        weights = fit(ngrams(texts), dense, numbers, strength=settings["strength"], steps=settings["steps"])
        return cls(ngrams, weights, [str(intent) for intent in intents], scale)

    def shares(self, text: str, vector: Floats, temperature: float = 1.0) -> Floats:
        """The probability of each intent for one text and its (1, 384) vector."""
        scores = self._weights.score_one(self._ngrams.of(text), vector * self._vector_scale)
        return softmax(scores / temperature)[0]

    def save(self, folder: Path) -> None:
        self._ngrams.save(folder)
        (folder / _INTENTS).write_text(
            json.dumps({"intents": self.intents, "vector_scale": self._vector_scale})
        )
        np.savez(
            folder / _WEIGHTS, sparse=self._weights.sparse, dense=self._weights.dense, bias=self._weights.bias
        )

    @classmethod
    def load(cls, folder: Path) -> IntentModel:
        known = json.loads((folder / _INTENTS).read_text())
        with np.load(folder / _WEIGHTS) as stored:
            weights = Weights(stored["sparse"], stored["dense"], stored["bias"])
        return cls(Ngrams.load(folder), weights, known["intents"], known["vector_scale"])
