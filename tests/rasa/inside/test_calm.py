"""What is understood does not hang on marks, capitals or quotes: examples and messages are written alike first."""

from __future__ import annotations

import re
import time
from pathlib import Path

import numpy as np
import pytest

import encoder
from rasa_components.calm import calm
from rasa_components.importer import ClinicImporter
from rasa_components.ngrams import Ngrams

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = [
    str(one.get("text"))
    for one in ClinicImporter(None, None, [str(ROOT / "data/nlu")]).get_nlu_data().intent_examples
    if re.search(r"\w", str(one.get("text")))
]


MARKS = ("!", "!!!", "...", "\u2026", " .", "?!", "!?", "???", "?!?!", "?...", " ! ! !")


def test_no_mark_at_the_end_changes_an_example() -> None:
    """How the vector and the n-grams see every training example, whatever it ends with."""
    assert len(EXAMPLES) > 9000
    for mark in MARKS:
        assert [text for text in EXAMPLES if calm(text.rstrip("?!.") + mark) != calm(text)] == []


def test_capitals_change_neither_the_vector_nor_the_ngrams() -> None:
    vectors, ngrams = encoder.load(ROOT / encoder.DEFAULT_FOLDER), Ngrams.learn(EXAMPLES[:500], 500, 500)
    for text in EXAMPLES[::500]:
        assert np.array_equal(vectors.encode(calm(text.upper())), vectors.encode(calm(text)))
        assert [part.tolist() for part in ngrams.of(text.upper())] == [p.tolist() for p in ngrams.of(text)]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("how much does it cost?!", "how much does it cost"),
        ("HELP!!!", "HELP"),
        ("so... i drink. Sooo much", "so. i drink. Soo much"),
        ("what?? no! ok", "what? no. ok"),
        ("1.5 pills or 3.5", "1.5 pills or 3.5"),
        ("I\u2019m  \u201cfine\u201d", 'I\'m "fine"'),
        ("\u00a1hola! \u00bfcu\u00e1nto cuesta?", "hola. cu\u00e1nto cuesta"),
        ("...", "..."),
        ("?!", "?!"),
        ("", ""),
    ],
)
def test_marks_are_calmed_and_numbers_are_not(written: str, read: str) -> None:
    assert calm(written) == read
    assert calm(calm(written)) == calm(written)


def test_no_text_is_slow_to_calm() -> None:
    begun = time.process_time()
    for piece in (".", "!", "?", " ", "a", "! ", ".?"):
        assert len(re.sub(r"\s", "", calm(piece * 10_000))) <= 20_000
    assert time.process_time() - begun < 2
