"""Five-fold cross-validation on the project's own examples: ours, and stock Rasa's default pipeline on the same folds.

`python -m bench.folds [--each N] [--intents N] [--stock] [--again]`. Stock Rasa's answers are kept under .var/bench
until the examples change, because DIET takes minutes a fold. Prints counts, never a text.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bench import stock
from bot.dialogue.rasa_python import ROOT, rasa_environment, rasa_python
from bot.dialogue.understand import OUT_OF_SCOPE, read_topics

FOLDS = 5
PROGRAMS = {"ours": ("-m", "rasa_components.folds"), "stock": (str(ROOT / "bench/stock_folds.py"),)}

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What one side made of the folds: a prediction a row, and the seconds for training and in all."""

    predicted: Sequence[str | None]
    training: float
    seconds: float


def read_rows(each: int | None, intents: int | None = None, seed: int = 5) -> list[Row]:
    """Every example with its intent and its fold; of each intent `each` at most, drawn with the seed. Of
    out_of_scope ten times as many, because it is that much wider. `intents`: only those with the most examples."""
    texts: dict[str, list[str]] = {}
    for path in sorted((ROOT / "data/nlu").glob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            lines = [line.strip()[2:] for line in block["examples"].splitlines() if line.strip()]
            texts.setdefault(block["intent"], []).extend(lines)
    largest = sorted(texts, key=lambda intent: (-len(texts[intent]), intent))[:intents]
    draw = random.Random(seed)  # noqa: S311 -- the same folds each time
    rows = []
    for intent, found in sorted((intent, texts[intent]) for intent in largest):
        most = None if each is None else each * (10 if intent == OUT_OF_SCOPE else 1)
        unlike = sorted(set(found))
        draw.shuffle(unlike)
        rows += [{"text": text, "label": intent, "fold": n % FOLDS} for n, text in enumerate(unlike[:most])]
    return rows


def run(side: str, rows: Sequence[Row], again: bool) -> Outcome:
    """One side's answers, from the last run's file when the rows and the program are the same."""
    content = "".join(json.dumps(row) + "\n" for row in rows)
    kept = stock.PLACE / "folds" / f"{side}-{_stamp(side, content)}.jsonl"
    if again or not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        given = kept.with_suffix(".rows")
        given.write_text(content)
        partial = kept.with_suffix(".partial")
        with partial.open("w") as out, (stock.PLACE / f"{side}-folds.log").open("w") as log:
            subprocess.run(  # noqa: S603 -- our own command
                [*_command(side), str(given)],
                env=_environment(side),
                stdout=out,
                stderr=log,
                check=True,
                cwd=ROOT,
            )
        partial.replace(kept)
    return _read(kept, len(rows))


def _stamp(side: str, content: str) -> str:
    total = hashlib.sha256(content.encode())
    if side == "stock":
        total.update((ROOT / "bench/stock_folds.py").read_bytes())
    else:
        for path in sorted((ROOT / "rasa_components").glob("*.py")):
            total.update(path.read_bytes())
        total.update((ROOT / "config.yml").read_bytes())
    return total.hexdigest()[:16]


def _command(side: str) -> list[str]:
    python = stock.PYTHON if side == "stock" else rasa_python()
    return [str(python), *PROGRAMS[side]]


def _environment(side: str) -> Mapping[str, str]:
    return stock.environment() if side == "stock" else rasa_environment(2)


def _read(kept: Path, count: int) -> Outcome:
    predicted: list[str | None] = [None] * count
    training = seconds = 0.0
    for line in kept.read_text().splitlines():
        if not line.startswith("{"):
            continue  # Rasa prints, too
        found = json.loads(line)
        if "place" in found:
            predicted[found["place"]] = found["predicted"]
        else:
            training, seconds = training + found["training"], seconds + found["seconds"]
    return Outcome(predicted, training, seconds)


def table(rows: Sequence[Row], outcomes: Mapping[str, Outcome]) -> Iterator[str]:
    """One row a side."""
    topics = read_topics()
    names = {"ours": "Warmline", "stock": "stock Rasa (DIET)"}
    yield f"five folds of {len(rows)} own examples, {len({row['label'] for row in rows})} intents"
    yield f"{'':20}{'intent':>8}{'macro-F1':>10}{'topic':>8}{'oos':>7}{'thrown out':>12}{'training':>11}"
    for side, found in outcomes.items():
        pairs = [(row["label"], str(best)) for row, best in zip(rows, found.predicted, strict=True)]
        yield (
            f"{names[side]:20}{accuracy(pairs):8.3f}{macro_f1(pairs):10.3f}"
            f"{accuracy([(topics[a], topics.get(b, '')) for a, b in pairs]):8.3f}"
            f"{recall_of(OUT_OF_SCOPE, pairs):7.3f}{thrown_out(pairs):12.3f}{found.training / FOLDS:9.1f} s"
        )


def accuracy(pairs: Sequence[tuple[str, str]]) -> float:
    return sum(a == b for a, b in pairs) / max(len(pairs), 1)


def macro_f1(pairs: Sequence[tuple[str, str]]) -> float:
    """The mean over the true labels of 2 x right / (true + predicted)."""
    labels = {a for a, _ in pairs}
    return sum(_f1(label, pairs) for label in labels) / max(len(labels), 1)


def _f1(label: str, pairs: Sequence[tuple[str, str]]) -> float:
    right = sum(a == b == label for a, b in pairs)
    named = sum(a == label for a, _ in pairs) + sum(b == label for _, b in pairs)
    return 2 * right / named if named else 0.0


def recall_of(label: str, pairs: Sequence[tuple[str, str]]) -> float:
    there = [b for a, b in pairs if a == label]
    return sum(b == label for b in there) / max(len(there), 1)


def thrown_out(pairs: Sequence[tuple[str, str]]) -> float:
    """The share of in-scope rows that were called out of scope."""
    inside = [b for a, b in pairs if a != OUT_OF_SCOPE]
    return sum(b == OUT_OF_SCOPE for b in inside) / max(len(inside), 1)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.folds", description=__doc__)
    parser.add_argument("--each", type=int, help="examples of each intent at most; all when left out")
    parser.add_argument("--intents", type=int, help="only so many intents, those with the most examples")
    parser.add_argument("--stock", action="store_true", help="stock Rasa on the same folds, too")
    parser.add_argument("--again", action="store_true", help="measure again what is known from the last run")
    asked = parser.parse_args()
    rows = read_rows(asked.each, asked.intents)
    if asked.stock:
        stock.prepare()
    begun = time.monotonic()
    sides = ["ours", "stock"] if asked.stock else ["ours"]
    for line in table(rows, {side: run(side, rows, asked.again) for side in sides}):
        print(line, flush=True)
    print(f"({time.monotonic() - begun:.0f} s)")


if __name__ == "__main__":
    main()
