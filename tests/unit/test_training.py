"""Training runs when something it is made of changed, and every intent has its topic."""

import shutil
from pathlib import Path

import pytest
import yaml

from bot.dialogue import train
from bot.dialogue.rasa_python import ROOT
from bot.dialogue.understand import _likeliest_topic, _with_topic, read_topics

TOPICS = {"greet": "greeting_smalltalk", "ask_cost": "cost_or_access", "find_a_service": "cost_or_access"}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """What training reads, somewhere else."""
    for name in train.SOURCES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name)
        elif (ROOT / name).exists():
            shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "encoder.folder").mkdir()
    (tmp_path / "encoder.folder/manifest.json").write_text("{}")
    return tmp_path


def fingerprint(copy: Path) -> str:
    return train.fingerprint(copy, copy / "encoder.folder")


@pytest.mark.parametrize(
    "changed",
    [
        "config.yml",
        "domain.yml",
        "data/nlu/loved_one.yml",
        "data/responses/loved_one.yml",
        "data/rules/answers.yml",
        "rasa_components/classifier.py",
        "encoder/__init__.py",
        "rasa-env/uv.lock",
        "encoder.folder/manifest.json",
    ],
)
def test_a_change_of_what_training_reads_asks_for_training(copy: Path, changed: str) -> None:
    before = fingerprint(copy)
    with (copy / changed).open("a") as file:
        file.write("\n")
    assert fingerprint(copy) != before


def test_a_new_file_and_a_renamed_one_count_too(copy: Path) -> None:
    seen = {fingerprint(copy)}
    (copy / "data/nlu/new.yml").write_text("version: '3.1'\n")
    seen.add(fingerprint(copy))
    (copy / "data/nlu/new.yml").rename(copy / "data/nlu/newer.yml")
    seen.add(fingerprint(copy))
    assert len(seen) == 3


def test_what_training_does_not_read_changes_nothing(copy: Path) -> None:
    before = fingerprint(copy)
    (copy / "rasa_components/__pycache__").mkdir(exist_ok=True)
    (copy / "rasa_components/__pycache__/classifier.pyc").write_bytes(b"x")
    (copy / "README.md").write_text("x")
    assert fingerprint(copy) == before


def test_a_missing_model_needs_training(tmp_path: Path) -> None:
    assert train.needs_training(tmp_path / "model.tar.gz")


def test_a_model_made_of_what_is_here_needs_none(tmp_path: Path) -> None:
    model = tmp_path / "model.tar.gz"
    model.write_bytes(b"a model")
    assert train.needs_training(model)
    (tmp_path / "model.tar.gz.made-of").write_text(train.fingerprint())
    assert not train.needs_training(model)


def test_every_intent_that_is_trained_has_the_topic_of_its_file() -> None:
    trained = {
        block["intent"]: file.stem
        for file in (ROOT / "data/nlu").glob("*.yml")
        for block in yaml.safe_load(file.read_text())["nlu"]
    }
    assert read_topics() == trained


def test_an_intent_brings_its_topic() -> None:
    found = {"id": 7, "intent": "ask_cost", "confidence": 0.81234, "ranking": [["ask_cost", 0.81234]]}
    assert _with_topic(found, TOPICS) == {
        "id": 7,
        "topic": "cost_or_access",
        "intent": "ask_cost",
        "confidence": 0.8123,
        "in_scope": True,
    }


def test_without_a_sure_intent_the_topic_is_the_likeliest_in_sum() -> None:
    ranking = [("nlu_fallback", 0.2), ("greet", 0.19), ("ask_cost", 0.12), ("find_a_service", 0.1)]
    assert _likeliest_topic(ranking, TOPICS) == "cost_or_access"


def test_a_text_that_means_nothing_is_out_of_scope() -> None:
    found = {"id": "a", "intent": "nlu_fallback", "confidence": 0.2, "ranking": [["nlu_fallback", 0.2]]}
    assert _with_topic(found, TOPICS)["in_scope"] is False
