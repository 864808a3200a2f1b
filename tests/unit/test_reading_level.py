"""Every text a client can hear is read with ease by somebody in the eighth grade, most of them in the sixth."""

import re
from pathlib import Path
from statistics import mean

import pytest

from bot.app import all_texts
from bot.clinic import load_clinic
from tests.reading_level import grade, syllables
from tests.unit.test_knowledge import is_spanish, values, variants
from tests.unit.test_spanish_texts import SPANISH
from tests.unit.test_texts import VALUES

HARDEST = 8.0
CLINIC = load_clinic(Path(__file__).resolve().parents[2] / "clinic.yml")
COUNTED = {
    "a": 1, "the": 1, "hope": 1, "time": 1, "judged": 1, "served": 1, "work": 1, "quitting": 2, "people": 2,
    "involved": 2, "seizure": 2, "counselor": 3, "therapist": 3, "alcohol": 3, "article": 3, "idea": 3,
    "confusion": 3, "dangerous": 3, "family": 3, "medicine": 3, "insurance": 3, "recovery": 4, "automated": 4,
    "psychological": 5, "automatically": 6, "create": 2, "different": 3, "encrypted": 3,
}  # fmt: skip


def _spoken(text: str) -> str:
    """Without phone numbers and lists of options: nobody reads those as words."""
    return re.sub(r"\(?[\d-][\d() /-]+\d", "", text)


ANSWERS = [
    (name, _spoken(v["text"].format_map({**values(), "needs_summary": "a woman (a must), not James"})))
    for name, v in variants()
    if not is_spanish(name)
]
FIXED = [
    (
        text_id,
        _spoken(all_texts().render(text_id, CLINIC, **{**VALUES, "name": "Maria", "when": "tomorrow"})[0]),
    )
    for text_id in SPANISH.by_id
]


@pytest.mark.parametrize(("name", "text"), ANSWERS)
def test_an_answer_is_plain(name: str, text: str) -> None:
    assert grade(text) <= HARDEST, text


@pytest.mark.parametrize(("name", "text"), FIXED)
def test_a_fixed_text_is_plain(name: str, text: str) -> None:
    assert grade(text) <= HARDEST, text


def test_most_answers_are_plainer_still() -> None:
    assert mean(grade(text) for _, text in ANSWERS) <= 6


def test_the_measure_counts_syllables_as_a_dictionary_does() -> None:
    wrong = {word: syllables(word) for word, right in COUNTED.items() if syllables(word) != right}
    assert len(wrong) <= 1, wrong
    assert all(syllables(word) >= right for word, right in COUNTED.items())


def test_the_measure_tells_hard_from_easy() -> None:
    assert grade("We can talk. You choose when.") < 3
    assert grade("Comprehensive psychotherapeutic interventions necessitate longitudinal participation.") > 20
