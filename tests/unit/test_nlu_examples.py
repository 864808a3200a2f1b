"""The examples of data/nlu and data/spanish are the project's own: no line of the development set is among them."""

import json
from pathlib import Path

import pytest

from tests.unit.screen.hashes import hashed

ROOT = Path(__file__).parents[2]
FIXTURE = Path(__file__).with_name("understanding_set.hashes")
SETS = [ROOT.parent / "shared" / "evaluation" / name for name in ("intents.jsonl", "oos.jsonl")]


def examples() -> list[str]:
    """Every example, without its dash."""
    files = [*(ROOT / "data/nlu").glob("*.yml"), *(ROOT / "data/spanish").glob("*.yml")]
    lines = [line.strip() for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return [line[2:] for line in lines if line.startswith("- ") and not line.startswith("- intent:")]


def test_nothing_is_taken_from_the_development_set() -> None:
    """Held by hashes of every eight words in a row, and of whole lines from four words on."""
    known = set(FIXTURE.read_text(encoding="utf-8").split())
    found = examples()
    assert len(found) > 9000
    assert [text for text in found if hashed(text) & known] == []


@pytest.mark.skipif(not SETS[0].is_file(), reason="the development set is not on this machine")
def test_the_hashes_are_those_of_the_development_set() -> None:
    lines = [line for file in SETS for line in file.read_text(encoding="utf-8").splitlines()]
    of_the_set = set().union(*(hashed(json.loads(line)["text"]) for line in lines))
    assert set(FIXTURE.read_text(encoding="utf-8").split()) == of_the_set
