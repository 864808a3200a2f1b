"""Words, word pairs and pieces of words (2 to 5 letters) of a text as tf-idf numbers.

The pieces carry typing errors and slang that the sentence vector does not know. No Rasa in here.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from rasa_components.calm import calm

Sparse = tuple[npt.NDArray[np.intp], npt.NDArray[np.float32]]

_WORD = r"(?u)\b\w+\b"  # "i" and "u" count, too


class Ngrams:
    """Two tf-idf tables side by side. Saved as plain JSON and numbers: nothing in a model can run code."""

    def __init__(self, words: TfidfVectorizer, pieces: TfidfVectorizer) -> None:
        self._tables = {"words": words, "pieces": pieces}
        self._analyze = {table: table.build_analyzer() for table in self._tables.values()}

    @classmethod
    def learn(cls, texts: list[str], most_words: int, most_pieces: int) -> Ngrams:
        """The most frequent n-grams; of more than a hundred texts, those that occur at least twice."""
        least = 2 if len(texts) > 100 else 1
        made = cls(
            _words(max_features=most_words, min_df=least), _pieces(max_features=most_pieces, min_df=least)
        )
        for table in made._tables.values():
            table.fit(texts)
        return made

    def __call__(self, texts: list[str]) -> csr_matrix:
        """float32, one row per text; each table's part of a row has unit length."""
        return hstack([table.transform(texts) for table in self._tables.values()], format="csr")

    def of(self, text: str) -> Sparse:
        """One text's row, as places and values: the same numbers without building a matrix."""
        places, values, offset = [], [], 0
        for table in self._tables.values():
            counts = Counter(filter(None.__ne__, map(table.vocabulary_.get, self._analyze[table](text))))
            here = np.fromiter(counts, np.intp, len(counts))
            found = np.fromiter(counts.values(), np.float32, len(counts))
            weighed = (1 + np.log(found)) * table.idf_[here]
            places.append(here + offset)
            values.append(weighed / (np.linalg.norm(weighed) or 1))
            offset += len(table.vocabulary_)
        return np.concatenate(places), np.concatenate(values).astype(np.float32)

    def save(self, folder: Path) -> None:
        for name, table in self._tables.items():
            terms = sorted(table.vocabulary_, key=table.vocabulary_.get)
            (folder / f"{name}.json").write_text(json.dumps(terms), encoding="utf-8")
            np.save(folder / f"{name}.npy", table.idf_.astype(np.float32))

    @classmethod
    def load(cls, folder: Path) -> Ngrams:
        return cls(_read(folder, "words", _words), _read(folder, "pieces", _pieces))


def _words(**settings: Any) -> TfidfVectorizer:
    return TfidfVectorizer(ngram_range=(1, 2), token_pattern=_WORD, **_shared(settings))


def _pieces(**settings: Any) -> TfidfVectorizer:
    return TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), **_shared(settings))


def _shared(settings: dict[str, Any]) -> dict[str, Any]:
    return {"sublinear_tf": True, "dtype": np.float32, "preprocessor": _simplify, **settings}


def _simplify(text: str) -> str:
    return calm(text).lower()


def _read(folder: Path, name: str, make: Callable[..., TfidfVectorizer]) -> TfidfVectorizer:
    terms = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    table = make(vocabulary={term: place for place, term in enumerate(terms)})
    table.idf_ = np.load(folder / f"{name}.npy")
    return table
