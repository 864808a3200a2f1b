"""Trains the screen's second layer on data/safety. The same files give the same model; takes seconds."""

import sys
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression

from bot.screen.classifier import BUCKETS, VECTOR_WEIGHT, Encode, buckets, save, words_of
from bot.screen.examples import Example, read_examples
from bot.screen.screen import Screen

# Chosen on the development set (docs/reference/safety-screen.md has the curve).
THRESHOLDS = {"ask_from": 0.90, "doubt_below": 0.20}
STRENGTH = 1.0
_ONE_IN = 4


def train(data: Path, encode: Encode, out: Path, *, ordinary: Path | None = None) -> int:
    """Train on the folder `data`, write the model to `out`; returns the number of texts it learned from.

    `ordinary` is the folder of the dialogue's own training examples (data/nlu): a part of them serves as harmless.
    """
    examples = read_examples(data) + (ordinary_examples(ordinary) if ordinary else [])
    model = fit(examples, [encode(e.text) for e in examples])
    save(out, split(model), list(model.classes_), THRESHOLDS)
    return len(examples)


def ordinary_examples(folder: Path) -> list[Example]:
    """One in four of the dialogue's examples in which the rules see nothing, the same ones each time."""
    screen = Screen.load()
    chosen = [text for text in ordinary_texts(folder) if zlib.crc32(text.encode()) % _ONE_IN == 0]
    return [Example(text, "none", "", "ordinary") for text in chosen if screen.check(text).is_clear]


def ordinary_texts(folder: Path) -> list[str]:
    """Every example of every intent in the folder's files."""
    documents = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.yml")))
    entries = [entry for document in documents for entry in document.get("nlu", ()) if "intent" in entry]
    lines = (line.strip() for entry in entries for line in entry["examples"].splitlines())
    return sorted({line.removeprefix("- ").strip() for line in lines if len(line) > 2})


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
    encode = load(data_dir / "encoder").encode
    count = train(Path("data/safety"), encode, data_dir / "screen", ordinary=Path("data/nlu"))
    sys.stdout.write(f"the screen's classifier learned from {count} examples\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
