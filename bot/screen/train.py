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

from bot.screen.classifier import Classifier, Encode, save, unmarked
from bot.screen.examples import Example, read_examples
from bot.screen.screen import Screen
from bot.screen.verdict import KINDS

# Chosen on the development set and the held-out own examples (docs/reference/safety-screen.md has the curve).
THRESHOLDS = {"ask_from": 0.62, "crisis_from": 0.40}
STRENGTH, GAMMA = 10.0, 2.0
ORDINARY = "ordinary"
_ONE_IN = 2
_THREADS = 2


def train(data: Path, encode: Encode, out: Path, *, ordinary: Path | None = None) -> int:
    """Train on the folder `data`, write the model to `out`; returns the number of texts it learned from.

    `ordinary` is the folder of the dialogue's own examples (data/nlu): a part of them serves as harmless.
    """
    screen = Screen.load()
    examples = read_examples(data) + (ordinary_examples(ordinary, screen) if ordinary else [])
    with ThreadPoolExecutor(_THREADS) as pool:  # the encoder lets go of the interpreter while it works
        vectors = np.stack(list(pool.map(encode, (unmarked(e.text) for e in examples))))
    kept = np.array([e.held_out for e in examples])
    learned = [e for e in examples if not e.held_out]
    numbers = fit(learned, vectors[~kept])
    settings = {"kinds": KINDS, "gamma": GAMMA, **THRESHOLDS}
    save(out, numbers, {**settings, "balance": (1.0, 0.0, 0.0, 0.0)})
    classifier = Classifier.load(out, encode)
    balance = weigh_up(classifier, [e for e in examples if e.held_out], screen)
    save(out, numbers, {**settings, "balance": balance})
    return len(learned)


def weigh_up(
    classifier: Classifier, examples: Sequence[Example], screen: Screen
) -> tuple[float, float, float, float]:
    """How much nearness and the rules count, from examples that neither has seen."""
    if len({e.kind == "none" for e in examples}) < 2:  # too few examples to weigh anything
        return (2.0, 0.5, 1.0, 0.0)
    known = [_known_of(e.text, classifier, screen) for e in examples]
    judge = LogisticRegression(C=1.0, max_iter=400)
    judge.fit(known, [e.kind != "none" for e in examples])
    by_nearness, by_ask, by_crisis = (float(weight) for weight in judge.coef_[0])
    return (by_nearness, by_ask, by_crisis, float(judge.intercept_[0]))


def _known_of(text: str, classifier: Classifier, screen: Screen) -> tuple[float, float, float]:
    levels = {s.level for s in screen.signals(text)}
    return classifier.danger(text).nearness, float("ask" in levels), float("crisis" in levels)


def ordinary_examples(folder: Path, screen: Screen) -> list[Example]:
    """One in two of the dialogue's examples in which the rules see nothing, the same ones each time."""
    chosen = filter(learned_from, ordinary_texts(folder))
    return [Example(text, "none", "", ORDINARY) for text in chosen if screen.check(text).is_clear]


def learned_from(text: str) -> bool:
    """Whether an example of the dialogue is in the half that the classifier learns from."""
    return zlib.crc32(text.encode()) % _ONE_IN == 0


def ordinary_texts(folder: Path) -> list[str]:
    """Every example of every intent in the folder's files."""
    documents = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.yml")))
    entries = [entry for document in documents for entry in document.get("nlu", ()) if "intent" in entry]
    lines = (line.strip() for entry in entries for line in entry["examples"].splitlines())
    return sorted({line.removeprefix("- ").strip() for line in lines if len(line) > 2})


def fit(examples: Sequence[Example], table: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
    """The model's numbers: a support vector machine for danger, a logistic regression for its kind."""
    dangerous = np.array([e.kind != "none" for e in examples])
    weights = np.array([_weight(e) for e in examples])
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
    """Lines written one by one weigh most; ordinary messages, many of them far from any danger, least."""
    if example.source == ORDINARY:
        return 0.3
    return 0.35 if example.unfolded else 1.0


def main(arguments: Sequence[str]) -> int:
    """`python -m bot.screen.train [DATA_DIR]`: data/safety -> DATA_DIR/screen, with DATA_DIR/encoder."""
    from encoder import SAFETY_FOLDER, load  # noqa: PLC0415

    data_dir = Path(arguments[0]) if arguments else Path(".var")
    encode = load(data_dir / "encoder" / SAFETY_FOLDER).encode
    count = train(Path("data/safety"), encode, data_dir / "screen", ordinary=Path("data/nlu"))
    sys.stdout.write(f"the screen's classifier learned from {count} examples\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
