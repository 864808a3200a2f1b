"""Learning: the quick ways give what the slow ones give."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from rasa.engine.storage.resource import Resource
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.importers.rasa import RasaFileImporter
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

import encoder
from rasa_components import events
from rasa_components.classifier import ClinicIntentClassifier
from rasa_components.featurizer import MiniLmFeaturizer
from rasa_components.importer import ClinicImporter, WrongData, read
from rasa_components.intents import PLAIN, IntentModel
from rasa_components.lengthener import Lengthener
from rasa_components.longer import CLOSINGS, OPENINGS, lengthen
from rasa_components.ngrams import Ngrams
from rasa_components.novelty import Novelty
from rasa_components.softmax import fit, softmax
from rasa_components.topics import prefer
from rasa_components.vectors import FILE, encode_all

ROOT = Path(__file__).resolve().parents[3]
TOY = Path(__file__).parent / "toy"
PARTS = [
    str(ROOT / "data" / part) for part in ("rules", "responses", "nlu/talk_to_human.yml", "nlu/loved_one.yml")
]
TEXTS = ["hello there", "how much is it", "it isn't much", "HELLO hello", "I\u2019m here", "a b c d"] * 3


def test_our_importer_reads_what_rasas_reads() -> None:
    ours, theirs = (
        kind(str(ROOT / "config.yml"), str(ROOT / "domain.yml"), PARTS)
        for kind in (ClinicImporter, RasaFileImporter)
    )
    assert _examples(ours) == _examples(theirs)
    assert ours.get_domain().responses == theirs.get_nlu_data().responses
    assert ours.get_domain().intents == theirs.get_domain().intents
    assert _steps(ours) == _steps(theirs)


def _examples(importer: ClinicImporter | RasaFileImporter) -> list[tuple[str, str]]:
    return sorted((one.get("intent"), one.get("text")) for one in importer.get_nlu_data().training_examples)


def _steps(importer: ClinicImporter | RasaFileImporter) -> list[tuple[str | None, list[str]]]:
    return [(step.block_name, list(map(str, step.events))) for step in importer.get_stories().story_steps]


def test_yaml_words_stay_words(tmp_path: Path) -> None:
    file = tmp_path / "words.yml"
    file.write_text("[no, yes, on, off, true, null, 2026-11-23, 7]")
    assert read(file) == ["no", "yes", "on", "off", True, None, "2026-11-23", 7]


@pytest.mark.parametrize(
    "content", ["nlu: [{intent: a, examples: 'no dash'}]", "nlu: [{regex: x}]", "nlu: ["]
)
def test_wrong_data_is_named_with_its_file(tmp_path: Path, content: str) -> None:
    (tmp_path / "wrong.yml").write_text(content)
    with pytest.raises(WrongData, match=r"wrong\.yml"):
        ClinicImporter(None, None, str(tmp_path)).get_nlu_data()


def test_one_texts_ngrams_are_its_row_of_the_matrix() -> None:
    ngrams = Ngrams.learn(TEXTS, 50, 200)
    for text in [*TEXTS, "", "zzz", "hello hello hello"]:
        row = np.zeros(ngrams([text]).shape[1], np.float32)
        places, values = ngrams.of(text)
        row[places] = values
        assert np.allclose(row, ngrams([text]).toarray()[0], atol=1e-6)


def test_our_regression_finds_scikit_learns_minimum() -> None:
    random = np.random.RandomState(7)
    dense = random.randn(90, 5).astype(np.float32)
    sparse = csr_matrix((random.rand(90, 20) < 0.2).astype(np.float32))
    labels = np.arange(90) % 3
    dense[labels == 1] += 1
    weights = fit(sparse, dense, labels, strength=2.0, steps=200)
    theirs = LogisticRegression(C=2.0, max_iter=2000, tol=1e-8).fit(hstack([sparse, dense]).tocsr(), labels)
    expected = theirs.predict_proba(hstack([sparse, dense]).tocsr())
    assert np.allclose(softmax(weights.scores(sparse, dense)), expected, atol=2e-3)


def test_a_model_is_the_same_after_saving(tmp_path: Path) -> None:
    settings = {"most_words": 50, "most_pieces": 200, "vector_scale": 1.5, "strength": 2.0, "steps": 20}
    vectors = np.random.RandomState(3).randn(len(TEXTS), 8).astype(np.float32)
    model = IntentModel.learn(TEXTS, vectors, ["a", "b", "c", "a", "b", "c"] * 3, settings)
    model.save(tmp_path)
    again = IntentModel.load(tmp_path)
    assert again.intents == ["a", "b", "c"]
    for text, vector in zip(TEXTS, vectors, strict=True):
        shares = model.shares(text, vector[None])
        assert shares.sum() == pytest.approx(1, abs=1e-5)
        assert np.allclose(again.shares(text, vector[None]), shares, atol=1e-5)


def _model_with_a_gap() -> tuple[IntentModel, np.ndarray]:
    settings = {"most_words": 50, "most_pieces": 200, "vector_scale": 1.5, "strength": 2.0, "steps": 20}
    vectors = np.random.RandomState(3).randn(len(TEXTS), 8).astype(np.float32)
    labels = ["a", "b", "out_of_scope", "a", "b", "out_of_scope"] * 3
    return IntentModel.learn(TEXTS, vectors, labels, settings), vectors


def test_what_no_example_resembles_is_likelier_out_of_scope() -> None:
    model, vectors = _model_with_a_gap()
    weighed = {**PLAIN, "novelty": 1.0}
    place = model.intents.index("out_of_scope")
    far = np.full((1, 8), 30, np.float32)
    assert model.novelty.of(far)[0] > 10 > model.novelty.of(vectors).max()
    for vector in (far, vectors[:1]):
        plain, shares = model.shares(TEXTS[0], vector), model.shares(TEXTS[0], vector, weighed)
        assert shares.sum() == pytest.approx(1, abs=1e-4)
        assert (shares[place] > plain[place]) == (model.novelty.of(vector)[0] > 0)
    assert model.shares(TEXTS[0], far, weighed)[place] > 0.9


def test_a_topic_of_several_likely_intents_wins_over_one_that_is_likelier_than_each() -> None:
    intents, topics = ["a1", "a2", "a3", "b"], {"a1": "a", "a2": "a", "a3": "a", "b": "b"}
    shares = prefer(np.array([0.25, 0.2, 0.15, 0.4], np.float32), intents, topics)
    assert shares.sum() == pytest.approx(1, abs=1e-5)
    assert [intents[place] for place in np.argsort(-shares)] == ["a1", "a2", "a3", "b"]
    assert shares[3] <= shares[0] / 2
    clear = np.array([0.7, 0.1, 0.1, 0.1], np.float32)
    assert np.allclose(prefer(clear, intents, topics), clear)
    assert np.allclose(prefer(clear, intents, {}), clear)  # intents without topics stay as they are


def test_novelty_is_about_zero_for_what_it_learned_from() -> None:
    vectors = np.random.RandomState(1).randn(60, 6).astype(np.float32)
    found = Novelty.learn(vectors, np.arange(60) % 3).of(vectors)
    assert (found.mean(), found.std()) == (pytest.approx(0, abs=1e-3), pytest.approx(1, abs=1e-3))


def test_longer_messages_keep_their_intent_and_are_made_of_its_examples() -> None:
    pairs = [
        ("i drink every day after work", "use"),
        ("he drinks a lot on his boat", "other"),
        ("hi", "greet"),
    ] * 4
    made = lengthen(pairs, 2.0)
    assert {intent for _, intent in made} == {"use", "other"}  # a greeting is not written at length
    for text, intent in made:
        rest = text
        for known in (*OPENINGS, *CLOSINGS, *(one + "." for one, of in pairs if of == intent)):
            rest = rest.replace(known, "")
        assert not rest.strip()
        assert len(text.split()) > 6
    assert made == lengthen(pairs, 2.0)


@pytest.mark.parametrize("config", [{"share": 3}, {"share": "x"}, {"share": True}, {"shares": 1}])
def test_a_wrong_setting_of_the_lengthener_is_refused(config: dict[str, object]) -> None:
    with pytest.raises(InvalidConfigException):
        Lengthener.validate_config(config)


def test_the_lengthener_adds_to_the_training_and_leaves_messages_alone() -> None:
    read_data = ClinicImporter(None, None, [str(ROOT / "data/nlu/loved_one.yml")]).get_nlu_data()
    component = Lengthener(0.5)
    more = component.process_training_data(read_data)
    assert len(more.intent_examples) > 1.4 * len(read_data.intent_examples)
    assert component.process(read_data.training_examples) is read_data.training_examples


@pytest.mark.parametrize(
    "config", [{"strenght": 1}, {"strength": 0}, {"strength": "x"}, {"steps": True}, {"novelty": None}]
)
def test_a_wrong_setting_of_the_classifier_is_refused(config: dict[str, object]) -> None:
    with pytest.raises(InvalidConfigException):
        ClinicIntentClassifier.create(config, None, Resource("x"), None)


def test_a_wrong_setting_of_the_featurizer_is_refused() -> None:
    with pytest.raises(InvalidConfigException):
        MiniLmFeaturizer.validate_config({"alias": None, "modle": "x"})


class CountingEncoder:
    """Counts what it is asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, text: str) -> np.ndarray:
        self.asked.append(text)
        return np.full(encoder.SIZE, len(text), np.float32)


def test_a_text_is_encoded_once_over_all_trainings(tmp_path: Path) -> None:
    counting = CountingEncoder()
    (tmp_path / encoder.MANIFEST).write_text("one")
    first = encode_all(["a", "bb"], counting, tmp_path)
    assert [first["a"][0], first["bb"][0]] == [1, 2]
    assert list(encode_all(["bb", "ccc"], counting, tmp_path)) == ["bb", "ccc"]
    assert sorted(counting.asked) == ["a", "bb", "ccc"]


def test_another_encoder_and_a_broken_file_encode_anew(tmp_path: Path) -> None:
    counting = CountingEncoder()
    for manifest in ("one", "two"):
        (tmp_path / encoder.MANIFEST).write_text(manifest)
        encode_all(["a"], counting, tmp_path)
    (tmp_path / FILE).write_bytes(b"cut off")
    encode_all(["a"], counting, tmp_path)
    assert counting.asked == ["a", "a", "a"]


def test_events_come_back_as_rasa_reads_them() -> None:
    from rasa.shared.core.events import ActiveLoop, BotUttered, SlotSet, UserUttered, deserialise_events

    said = [UserUttered("hello", {"name": "greet"}), BotUttered("hi"), SlotSet("a", [1]), ActiveLoop(None)]
    assert events.read(events.write(said)) == deserialise_events([event.as_dict() for event in said]) == said
