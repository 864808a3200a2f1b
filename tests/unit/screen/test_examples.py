"""The project's own examples: enough of them, unfolded the same each time, none from the development set."""

import json
from pathlib import Path

import pytest

from bot.screen.examples import read_examples
from bot.screen.rulebook import load_rulebook
from bot.screen.verdict import KINDS
from tests.unit.screen.hashes import FIXTURE, hashed

ROOT = Path(__file__).parents[3]
SAFETY = ROOT / "data" / "safety"
DEVELOPMENT_SET = ROOT.parent / "shared" / "evaluation" / "crisis.jsonl"


def own_texts() -> list[str]:
    examples = [e.text for e in read_examples(SAFETY, per_template=300)]
    return examples + [t for r in load_rulebook().rules.values() for t in (*r.matches, *r.not_matches)]


def test_there_are_thousands_of_every_sort() -> None:
    examples = read_examples(SAFETY)
    assert len(examples) > 3000
    assert {e.kind for e in examples} == {*KINDS, "none"}
    assert {e.about for e in examples if e.kind != "none"} == {"self", "other"}


def test_reading_twice_gives_the_same() -> None:
    assert read_examples(SAFETY) == read_examples(SAFETY)


def test_no_text_is_both_dangerous_and_harmless() -> None:
    seen: dict[str, bool] = {}
    for example in read_examples(SAFETY):
        assert seen.setdefault(example.text.lower(), example.kind == "none") == (example.kind == "none")


def test_nothing_is_taken_from_the_development_set() -> None:
    """Held by hashes, so that it is proven without the set at hand, too."""
    known = set(FIXTURE.read_text(encoding="utf-8").split())
    assert [text for text in own_texts() if hashed(text) & known] == []


@pytest.mark.skipif(not DEVELOPMENT_SET.is_file(), reason="the development set is not on this machine")
def test_the_hashes_are_those_of_the_development_set() -> None:
    lines = DEVELOPMENT_SET.read_text(encoding="utf-8").splitlines()
    of_the_set = set().union(*(hashed(json.loads(line)["text"]) for line in lines))
    assert set(FIXTURE.read_text(encoding="utf-8").split()) == of_the_set
