"""The second layer: what it may and may not change, and that it comes back from its files as it was."""

from pathlib import Path

import numpy as np
import pytest

from bot.screen.classifier import Classifier, ModelError, pieces, save
from bot.screen.examples import Example
from bot.screen.screen import Screen, load_screen
from bot.screen.train import GAMMA, THRESHOLDS, fit
from bot.screen.verdict import KINDS


def encode(text: str) -> np.ndarray:
    """A stand-in for the sentence encoder: letters counted."""
    vector = np.zeros(384, np.float32)
    for character in text.lower():
        vector[ord(character) % 384] += 1
    return vector / max(float(np.linalg.norm(vector)), 1.0)


DANGER = ["the quiet exit is near", "one more sunrise then rest", "quiet exit on friday"]
HARMLESS = ["what are your hours", "do you take insurance", "see you on friday", "nothing left in the fridge"]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("screen")
    examples = [Example(t, "suicide_active", "self", "test") for t in DANGER]
    examples += [Example(f"small cuts below the {kind}", kind, "self", "test") for kind in KINDS[2:]]
    examples += [Example("the blue pills on the floor", KINDS[0], "self", "test")]
    examples += [Example(t, "none", "", "test") for t in HARMLESS]
    settings = {"kinds": KINDS, "gamma": GAMMA, "balance": (2.0, 0.5, 1.0, 0.0), **THRESHOLDS}
    save(folder, fit(examples, np.stack([encode(e.text) for e in examples])), settings)
    return folder


def with_thresholds(model: Path, **changes: float) -> Screen:
    from dataclasses import replace

    loaded = Screen.load(model=model, encode=encode)
    assert loaded.classifier is not None
    return replace(loaded, classifier=replace(loaded.classifier, **changes))


def test_a_saved_model_says_the_same_as_the_fitted_one(model: Path) -> None:
    classifier = Classifier.load(model, encode)
    danger = classifier.danger(DANGER[0])
    assert danger.kind == "suicide_active"
    assert danger.nearness > 0 > classifier.danger(HARMLESS[0]).nearness
    assert classifier.weigh(danger.nearness) > 0.5 > classifier.weigh(-danger.nearness)


def test_a_sign_of_the_rules_adds_weight(model: Path) -> None:
    classifier = Classifier.load(model, encode)
    alone, asked = classifier.weigh(0.0), classifier.weigh(0.0, frozenset({"ask"}))
    assert alone < asked < classifier.weigh(0.0, frozenset({"ask", "crisis"}))


def test_the_classifier_makes_the_screen_ask_and_never_calls_a_crisis_itself(model: Path) -> None:
    screen = with_thresholds(model, ask_from=0.5)
    verdict = screen.check(DANGER[0])
    assert (verdict.level, verdict.kinds, verdict.rules) == ("ask", ("suicide_active",), ("classifier",))


def test_the_classifier_may_make_a_crisis_a_question_and_never_clears_it(model: Path) -> None:
    screen = with_thresholds(model, ask_from=2.0, crisis_from=2.0)
    assert screen.check("i want to kill myself").level == "ask"
    assert (
        with_thresholds(model, ask_from=2.0, crisis_from=0.0).check("i want to kill myself").level == "crisis"
    )


def test_the_classifier_never_lowers_an_emergency_of_the_body(model: Path) -> None:
    screen = with_thresholds(model, ask_from=2.0, crisis_from=2.0)
    assert screen.check("i took 30 pills").level == "crisis"
    assert screen.check("he wont wake up and his lips are blue").level == "crisis"


def test_the_classifier_may_take_back_an_unsure_question(model: Path) -> None:
    screen = with_thresholds(model, ask_from=2.0)
    assert screen.check("there's no way out for me").level == "clear"


def test_a_failing_classifier_leaves_the_rules(model: Path) -> None:
    def broken(text: str) -> np.ndarray:
        raise RuntimeError(text)

    screen = Screen.load(model=model, encode=broken)
    assert screen.check("i give up").level == "ask"
    assert screen.check("what are your hours").level == "clear"


def test_a_missing_model_is_named_by_the_layers(model: Path, tmp_path: Path) -> None:
    assert Screen.load(model=model, encode=encode).layers == ("rules", "classifier")
    assert Screen.load(model=tmp_path, encode=encode).layers == ("rules",)
    assert load_screen(tmp_path).layers == ("rules",)
    assert load_screen(tmp_path, classifier=False).layers == ("rules",)


def test_a_broken_file_is_a_model_error(model: Path, tmp_path: Path) -> None:
    (tmp_path / "safety.json").write_text((model / "safety.json").read_text())
    (tmp_path / "safety.npz").write_bytes(b"not numbers")
    with pytest.raises(ModelError):
        Classifier.load(tmp_path, encode)


def test_a_long_text_is_read_in_pieces_with_its_first_and_last_words() -> None:
    text = " ".join(f"word{n}." for n in range(2000))
    found = pieces(text)
    assert len(found) <= 6
    assert found[0].startswith("word0.")
    assert found[-1].endswith("word1999.")
    assert pieces("   ") == []


def test_case_and_punctuation_change_nothing_for_the_classifier(model: Path) -> None:
    classifier = Classifier.load(model, encode)
    plain = classifier.danger("the quiet exit is near")
    for typed in ("The quiet exit is near!!!", "THE QUIET EXIT, IS NEAR.", "(the quiet exit) is near..."):
        assert classifier.danger(typed) == plain


def test_harmless_words_around_a_sign_clear_no_crisis_and_no_standing_question(model: Path) -> None:
    screen = with_thresholds(model, crisis_from=0.9)
    around = " ".join(f"{text}." for text in HARMLESS)
    for text in ("i took 30 pills", "i want to kill myself", "i give up"):
        alone = screen.check(text).level
        assert alone != "clear"
        assert screen.check(f"{around} {text}. {around}").level != "clear", text
