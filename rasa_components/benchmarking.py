"""`python -m rasa_components.benchmarking TRAIN.csv TEST.csv LABEL`: what `warmline benchmark-nlu` runs in Rasa's
environment. Prints the three lines; a file that cannot be used ends it with code 2 and one line on stderr."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

import encoder
from rasa_components.benchmark import Rows, figures, learn
from rasa_components.calm import calm
from rasa_components.tables import BadTable, Table, read_table


def encoded(table: Table, vectors: encoder.Encoder) -> Rows:
    """On all cores; a sentence that comes twice is encoded once."""
    unlike = list(dict.fromkeys(table.sentences))
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # the encoder lets go of Python's lock
        known = dict(
            zip(unlike, pool.map(lambda sentence: vectors.encode(calm(sentence)), unlike), strict=True)
        )
    found = np.stack([known[sentence] for sentence in table.sentences])
    return Rows(table.sentences, found, np.array(table.labels))


def run(train: Path, test: Path, outside: str, folder: Path) -> Sequence[str]:
    """The three lines. Raises BadTable and encoder.EncoderMissing."""
    given, asked = read_table(train), read_table(test)
    if len(set(given.labels) - {outside}) < 2:
        raise BadTable(f"{train}: at least two labels besides {outside} are needed to learn from")
    begun = time.monotonic()
    vectors = encoder.load(folder)
    learned = learn(encoded(given, vectors), outside)
    answers = learned.answer(encoded(asked, vectors))
    accuracy, recall = figures(answers.tolist(), asked.labels, outside)
    seconds = time.monotonic() - begun
    return (
        f"in-scope accuracy {accuracy:.3f}",
        f"out-of-scope recall {recall:.3f}",
        f"time {seconds:.1f} s",
    )


def main() -> int:
    train, test, outside = sys.argv[1:4]
    folder = Path(os.environ.get("WARMLINE_ENCODER") or encoder.DEFAULT_FOLDER)
    try:
        for line in run(Path(train), Path(test), outside, folder):
            print(line)
    except (BadTable, encoder.EncoderMissing) as problem:
        print(problem, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
