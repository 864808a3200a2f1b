"""The pipeline on any data set: reads what people's tools write, and knows what it does not know."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rasa_components.benchmark import Rows, figures, learn
from rasa_components.lbfgs import minimise
from rasa_components.tables import BadTable, read_table

CONTENT = (
    'label,sentence,more\r\npay,"what, then, is ""due""?",x\r\n\r\n'
    ",no label,\r\npay,,\r\nopen,  caf\u00e9   hours \r\n"
)
EXPECTED = (['what, then, is "due"?', "caf\u00e9 hours"], ["pay", "open"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_quotes_blank_lines_and_odd_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes(CONTENT.encode(encoding))
    assert tuple(read_table(file)) == EXPECTED


@pytest.mark.parametrize("delimiter", ["\t", ";"])
def test_other_delimiters_are_seen_in_the_first_line(tmp_path: Path, delimiter: str) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(f"Sentence{delimiter}LABEL\nhow much, please{delimiter}pay\n")
    assert tuple(read_table(file)) == (["how much, please"], ["pay"])


@pytest.mark.parametrize("content", ["", "text,intent\na,b\n", "sentence,label\n", "sentence,label\n,\n"])
def test_a_file_that_cannot_be_used_says_why(tmp_path: Path, content: str) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text(content)
    with pytest.raises(BadTable, match=r"wrong\.csv: "):
        read_table(file)
    with pytest.raises(BadTable, match="No such file"):
        read_table(tmp_path / "missing.csv")


def _rows(middles: dict[str, int], each: int, seed: int) -> Rows:
    draw = np.random.RandomState(seed)
    labels = [label for label in middles for _ in range(each)]
    vectors = draw.randn(len(labels), 12).astype(np.float32) * 0.2
    for place, label in enumerate(labels):
        vectors[place, middles[label]] += 1
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    texts = [f"{label} {draw.choice(['now', 'please', 'today'])}" for label in labels]
    return Rows(texts, vectors, np.array(labels))


def test_it_learns_labels_and_finds_what_is_far_from_all_of_them() -> None:
    learned = learn(_rows({"red": 0, "green": 1, "blue": 2}, 30, seed=1), "oos")
    asked = _rows({"red": 0, "green": 1, "blue": 2}, 20, seed=2)
    strange = _rows({"other": 9}, 30, seed=3)
    accuracy, _ = figures(learned.answer(asked).tolist(), asked.labels.tolist(), "oos")
    _, recall = figures(learned.answer(strange).tolist(), ["oos"] * 30, "oos")
    assert accuracy >= 0.9
    assert recall >= 0.9


def test_a_row_that_was_taken_for_out_of_scope_counts_as_wrong() -> None:
    accuracy, recall = figures(["a", "oos", "b", "oos", "a"], ["a", "a", "b", "oos", "oos"], "oos")
    assert (accuracy, recall) == (pytest.approx(2 / 3), 0.5)


def test_training_rows_that_are_out_of_scope_are_learned_too() -> None:
    learned = learn(_rows({"red": 0, "green": 1, "oos": 5}, 20, seed=1), "oos")
    asked = _rows({"oos": 5}, 10, seed=4)
    assert (learned.answer(asked) == "oos").mean() >= 0.9


def test_the_lowest_point_of_a_bowl_is_found() -> None:
    heights, middle = np.array([1, 10, 100], np.float32), np.array([3, -2, 1], np.float32)

    def bowl(here: np.ndarray) -> tuple[float, np.ndarray]:
        away = here - middle
        return float((heights * away * away).sum() / 2), heights * away

    assert np.allclose(minimise(bowl, np.zeros(3, np.float32), 60), middle, atol=1e-3)


@pytest.mark.parametrize("each", [1, 2, 10])
def test_a_few_rows_of_each_label_are_enough(each: int) -> None:
    learned = learn(_rows({"red": 0, "green": 1, "blue": 2, "grey": 3}, each, seed=1), "oos")
    asked = _rows({"red": 0, "green": 1, "blue": 2, "grey": 3}, 10, seed=2)
    best, _ = learned.guess(asked)
    assert (best == asked.labels).mean() >= 0.9


def test_a_label_with_one_row_among_many_is_learned() -> None:
    many, one = _rows({"red": 0, "green": 1}, 20, seed=1), _rows({"rare": 5}, 1, seed=3)
    rows = Rows(
        many.texts + one.texts, np.concatenate([many.vectors, one.vectors]), np.append(many.labels, "rare")
    )
    assert learn(rows, "oos").guess(one)[0].tolist() == ["rare"]
