"""Trains the screen's second layer on data/safety. The same files give the same model; takes seconds."""

import sys
import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from bot.screen.classifier import Encode, Vector, save
from bot.screen.examples import Example, read_examples
from bot.screen.screen import Screen
from bot.screen.verdict import KINDS

# Chosen on the development set (docs/reference/safety-screen.md has the curve).
THRESHOLDS = {"ask_from": 0.70, "doubt_below": 0.30}
STRENGTH, GAMMA = 3.0, 2.0
ORDINARY = "ordinary"
_ONE_IN = 4
_THREADS = 2


def train(data: Path, encode: Encode, out: Path, *, ordinary: Path | None = None) -> int:
    """Train on the folder `data`, write the model to `out`; returns the number of texts it learned from.

    `ordinary` is the folder of the dialogue's own examples (data/nlu): a part of them serves as harmless.
    """
    examples = read_examples(data) + (ordinary_examples(ordinary) if ordinary else [])
    with ThreadPoolExecutor(_THREADS) as pool:  # the encoder lets go of the interpreter while it works
        vectors = list(pool.map(encode, (e.text for e in examples)))
    numbers = fit(examples, vectors)
    save(out, numbers, {"kinds": KINDS, "gamma": GAMMA, **THRESHOLDS})
    return len(examples)


def ordinary_examples(folder: Path) -> list[Example]:
    """One in four of the dialogue's examples in which the rules see nothing, the same ones each time."""
    screen = Screen.load()
    chosen = [text for text in ordinary_texts(folder) if zlib.crc32(text.encode()) % _ONE_IN == 0]
    return [Example(text, "none", "", ORDINARY) for text in chosen if screen.check(text).is_clear]


def ordinary_texts(folder: Path) -> list[str]:
    """Every example of every intent in the folder's files."""
    documents = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.yml")))
    entries = [entry for document in documents for entry in document.get("nlu", ()) if "intent" in entry]
    lines = (line.strip() for entry in entries for line in entry["examples"].splitlines())
    return sorted({line.removeprefix("- ").strip() for line in lines if len(line) > 2})


def fit(examples: Sequence[Example], vectors: Sequence[Vector]) -> dict[str, NDArray[Any]]:
    """The model's numbers: a support vector machine for danger, a logistic regression for its kind."""
    dangerous = np.array([e.kind != "none" for e in examples])
    weights = np.array([_weight(e) for e in examples])
    table = np.stack(vectors)
    machine = SVC(C=STRENGTH, gamma=GAMMA, class_weight="balanced")
    machine.fit(table, dangerous, sample_weight=weights)
    kinds = LogisticRegression(C=10, max_iter=400, class_weight="balanced")
    kinds.fit(table[dangerous], [KINDS.index(e.kind) for e in examples if e.kind != "none"])
    return {
        "support": machine.support_vectors_,
        "weights": machine.dual_coef_[0],
        "offset": machine.intercept_,
        "kind_weights": kinds.coef_,
        "kind_offsets": kinds.intercept_,
    }


def _weight(example: Example) -> float:
    """Lines written one by one weigh most; ordinary messages, far from any danger, least."""
    if example.source == ORDINARY:
        return 0.05
    return 0.35 if example.unfolded else 1.0


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
