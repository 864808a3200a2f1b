"""The pipeline on any data set: learns from texts with labels, knows what it does not know. No Rasa in here.

Everything is chosen from the training rows alone: the strengths of the regression by a held-out part, and how
unlike its examples a text must be to be out of scope by answers to rows that a fold left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rasa_components.intents import IntentModel
from rasa_components.softmax import Floats

Labels = npt.NDArray[np.str_]

FIXED: dict[str, Any] = {"steps": 30, "most_words": 6000, "most_pieces": 10000}
TRIED = tuple(
    {"vector_scale": scale, "strength": strength}
    for scale, strength in ((1.5, 2.0), (3.0, 2.0), (3.0, 8.0), (5.0, 4.0))
)
STEPS_FOR_CHOICE = 15
MOST_FOR_CHOICE = 3000  # rows that the choice between TRIED looks at
FOLDS = 3
COST = 0.025  # of the rows that would have been right, this share may be called out of scope by mistake
NEIGHBOURS_AT_ONCE = 1000


@dataclass(frozen=True)
class Rows:
    """Texts with one vector and one label each."""

    texts: list[str]
    vectors: Floats
    labels: Labels

    def pick(self, places: npt.NDArray[np.intp]) -> Rows:
        return Rows([self.texts[place] for place in places], self.vectors[places], self.labels[places])

    def __len__(self) -> int:
        return len(self.texts)


class Learned:
    """A trained model with its limit. `outside` is the label that means out of scope."""

    def __init__(self, model: IntentModel, known: Floats, outside: str) -> None:
        self.limit = -np.inf
        self.usual, self.spread = np.zeros(3), np.ones(3)
        self._model, self._known, self._outside = model, known, outside

    def guess(self, rows: Rows) -> tuple[Labels, npt.NDArray[np.float64]]:
        """The likeliest label of each row, and three numbers on how much at home it is: the best score, the
        nearness to an intent's mean, and the nearness to an example."""
        scores = self._model.scores(rows.texts, rows.vectors)
        best = np.array(self._model.intents)[scores.argmax(axis=1)]
        home = [
            scores.max(axis=1),
            -self._model.novelty.of(rows.vectors),
            _nearest(rows.vectors, self._known),
        ]
        return best, np.stack(home, axis=1).astype(np.float64)

    def trust(self, home: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """The three numbers as one."""
        return np.asarray(((home - self.usual) / self.spread).sum(axis=1))

    def answer(self, rows: Rows) -> Labels:
        """A label for each row; `outside` when it is not at home here."""
        best, home = self.guess(rows)
        return np.where(self.trust(home) < self.limit, self._outside, best)


def learn(rows: Rows, outside: str, seed: int = 0) -> Learned:
    """From training rows, which may have some that are out of scope. At least two labels are needed."""
    draw = np.random.RandomState(seed)
    settings = {**FIXED, **_choose(rows, outside, draw)}
    learned = _fit(rows, outside, settings)
    best, home = _left_out(rows, outside, settings, draw)
    inside = rows.labels != outside
    learned.usual, learned.spread = home[inside].mean(axis=0), home[inside].std(axis=0) + 1e-9
    right = (best == rows.labels) & inside
    if right.any():
        learned.limit = float(np.quantile(learned.trust(home[right]), COST))
    return learned


def _fit(rows: Rows, outside: str, settings: dict[str, Any]) -> Learned:
    model = IntentModel.learn(rows.texts, rows.vectors, rows.labels.tolist(), settings, outside)
    return Learned(model, rows.vectors[rows.labels != outside], outside)


def _choose(rows: Rows, outside: str, draw: np.random.RandomState) -> dict[str, Any]:
    """The settings that are right most often on a quarter that was left out."""
    places = draw.permutation(len(rows))[:MOST_FOR_CHOICE]
    cut = len(places) // 4
    asked, given = rows.pick(places[:cut]), rows.pick(places[cut:])
    if len(set(given.labels.tolist()) - {outside}) < 2:
        return TRIED[0]
    found = [
        _right(_fit(given, outside, {**FIXED, **tried, "steps": STEPS_FOR_CHOICE}), asked) for tried in TRIED
    ]
    return TRIED[int(np.argmax(found))]


def _right(learned: Learned, asked: Rows) -> float:
    return float((learned.guess(asked)[0] == asked.labels).mean())


def _left_out(
    rows: Rows, outside: str, settings: dict[str, Any], draw: np.random.RandomState
) -> tuple[Labels, npt.NDArray[np.float64]]:
    """Every row's guess by a model that did not learn from it."""
    fold = _spread_over_folds(rows.labels, draw)
    best, home = rows.labels.copy(), np.zeros((len(rows), 3))
    for number in range(FOLDS):
        places = np.flatnonzero(fold == number)
        given = rows.pick(np.flatnonzero(fold != number))
        if len(places) and len(set(given.labels.tolist()) - {outside}) > 1:
            best[places], home[places] = _fit(given, outside, settings).guess(rows.pick(places))
    return best, home


def _spread_over_folds(labels: Labels, draw: np.random.RandomState) -> npt.NDArray[np.intp]:
    """Each label's rows in turn, so that no fold lacks a label that has enough rows."""
    fold = np.zeros(len(labels), np.intp)
    order = draw.permutation(len(labels))
    order = order[np.argsort(labels[order], kind="stable")]
    fold[order] = np.arange(len(labels)) % FOLDS
    return fold


def _nearest(vectors: Floats, known: Floats) -> Floats:
    """The cosine to the most similar example; vectors have unit length."""
    parts = [
        (vectors[start : start + NEIGHBOURS_AT_ONCE] @ known.T).max(axis=1)
        for start in range(0, len(vectors), NEIGHBOURS_AT_ONCE)
    ]
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def figures(answers: Sequence[str], labels: Sequence[str], outside: str) -> tuple[float, float]:
    """In-scope accuracy, where a row that was called out of scope counts as wrong, and out-of-scope recall;
    nan where there is no such row. A label that the training never had is in scope, and always wrong."""
    inside = [given == label for given, label in zip(answers, labels, strict=True) if label != outside]
    beyond = [given == outside for given, label in zip(answers, labels, strict=True) if label == outside]
    return _mean(inside), _mean(beyond)


def _mean(hits: list[bool]) -> float:
    return sum(hits) / len(hits) if hits else float("nan")
