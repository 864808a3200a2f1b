"""Trains the screen's second layer on data/safety. The same files give the same model; takes seconds."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from bot.screen.classifier import BUCKETS, VECTOR_WEIGHT, Encode, buckets, save, words_of
from bot.screen.examples import Example, read_examples

# Chosen on the development set (docs/reference/safety-screen.md has the curve).
THRESHOLDS = {"ask_from": 0.90, "doubt_below": 0.20}
STRENGTH = 1.0


def train(data: Path, encode: Encode, out: Path) -> int:
    """Train on the folder `data`, write the model to `out`; returns the number of texts it learned from."""
    examples = [*read_examples(data)]
    model = fit(examples, [encode(e.text) for e in examples])
    save(out, split(model), list(model.classes_), THRESHOLDS)
    return len(examples)


def fit(examples: Sequence[Example], vectors: Sequence[NDArray[np.float32]]) -> LogisticRegression:
    """One logistic regression over all kinds. Unfolded templates weigh less than lines written one by one."""
    weights = [0.35 if e.unfolded else 1.0 for e in examples]
    model = LogisticRegression(C=STRENGTH, max_iter=400, class_weight="balanced")
    model.fit(
        features([e.text for e in examples], vectors), [e.kind for e in examples], sample_weight=weights
    )
    return model


def features(texts: Sequence[str], vectors: Sequence[NDArray[np.float32]]) -> csr_matrix:
    """Vectors and hashed n-grams side by side, scaled as Classifier scales them."""
    rows, columns, values = [], [], []
    for row, text in enumerate(texts):
        places = buckets(words_of(text))
        rows += [row] * len(places)
        columns += places
        values += [1 / np.sqrt(max(len(places), 1))] * len(places)
    grams = csr_matrix((values, (rows, columns)), shape=(len(texts), BUCKETS))
    return hstack([csr_matrix(VECTOR_WEIGHT * np.stack(vectors)), grams]).tocsr()


def split(model: LogisticRegression) -> dict[str, NDArray[Any]]:
    """The model's numbers as Classifier wants them."""
    size = model.coef_.shape[1] - BUCKETS
    return {
        "vector_part": model.coef_[:, :size],
        "gram_part": model.coef_[:, size:],
        "bias": model.intercept_,
    }


def main(arguments: Sequence[str]) -> int:
    """`python -m bot.screen.train [DATA_DIR]`: data/safety -> DATA_DIR/screen, with DATA_DIR/encoder."""
    from encoder import load  # noqa: PLC0415

    data_dir = Path(arguments[0]) if arguments else Path(".var")
    count = train(Path("data/safety"), load(data_dir / "encoder").encode, data_dir / "screen")
    sys.stdout.write(f"the screen's classifier learned from {count} examples\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
