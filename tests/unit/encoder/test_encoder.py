"""The sentence encoder gives the official model's vectors, closely, and always the same one for a text."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tokenizers import Tokenizer

import encoder
from encoder import build
from encoder.adapt import SAFETY, AdapterDoesNotFit, adapted
from encoder.graph import build_graph

from .reference import sentence_vector

TEXTS = [
    "hi",
    "no",
    "??",
    "when should I see a therapist?",
    "i cant stop drinking and its wrecking my marriage",
    "How much does it cost, and do you take my insurance?",
    "My daughter is using again. I found foil in her room and I don't know what to say to her.",
    "can i talk to a real person, please not a man",
    "thx, bye for now",
    "Last week I told my sponsor that I feel like a fraud at meetings, because I have never said out loud "
    "how long it went on, and ever since then I keep thinking about who else might find out.",
]


@pytest.fixture(scope="session")
def weights() -> dict[str, Any]:
    return build.read_checked(build.find_weights())


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("encoder") / "int8"
    assert build.build(made)
    return made


@pytest.fixture(scope="session")
def int8(folder: Path) -> encoder.Encoder:
    return encoder.load(folder)


@pytest.fixture(scope="session")
def fp32(
    folder: Path, weights: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[encoder.Encoder]:
    whole = tmp_path_factory.mktemp("encoder") / "fp32"
    whole.mkdir()
    (whole / encoder.MODEL).write_bytes(build_graph(weights, int8=False).SerializeToString())
    for name in (encoder.TOKENIZER, encoder.MANIFEST):
        (whole / name).write_bytes((folder / name).read_bytes())
    yield encoder.load(whole)
    (whole / encoder.MODEL).unlink()  # 90 MB


def test_the_graph_computes_what_the_model_is(
    fp32: encoder.Encoder, folder: Path, weights: dict[str, Any]
) -> None:
    tokenizer = Tokenizer.from_file(str(folder / encoder.TOKENIZER))
    tokenizer.no_padding()
    for text in TEXTS:
        expected = sentence_vector(weights, tokenizer.encode(text).ids)
        assert float(fp32.encode(text) @ expected) > 0.9999, text


def test_whole_numbers_keep_the_vectors_close(int8: encoder.Encoder, fp32: encoder.Encoder) -> None:
    likeness = [float(int8.encode(text) @ fp32.encode(text)) for text in TEXTS]
    assert np.mean(likeness) >= 0.97
    assert min(likeness) >= 0.95


def test_a_vector_has_384_numbers_and_unit_length(int8: encoder.Encoder) -> None:
    for text in [*TEXTS, "", "   ", "\u4f60\u597d", "x" * 5000]:
        vector = int8.encode(text)
        assert (vector.shape, vector.dtype) == ((encoder.SIZE,), np.float32)
        assert float(np.linalg.norm(vector)) == pytest.approx(1, abs=1e-5)


def test_a_text_gives_the_same_vector_after_any_other(int8: encoder.Encoder, folder: Path) -> None:
    alone = {text: encoder.load(folder).encode(text).tobytes() for text in TEXTS[:3]}
    for other in TEXTS:
        int8.encode(other)
        assert {text: int8.encode(text).tobytes() for text in alone} == alone


def test_threads_do_not_disturb_each_other(int8: encoder.Encoder) -> None:
    expected = [int8.encode(text).tobytes() for text in TEXTS]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(5):
            assert [vector.tobytes() for vector in pool.map(int8.encode, TEXTS)] == expected


def test_texts_that_mean_the_same_are_nearer_than_others(int8: encoder.Encoder) -> None:
    cost, price, dog = map(
        int8.encode, ("how much does it cost", "what is the price", "my dog likes the beach")
    )
    assert cost @ price > cost @ dog + 0.3


def test_of_a_very_long_text_the_beginning_and_the_end_count(int8: encoder.Encoder) -> None:
    filler = "and then it rained and nothing else happened that day " * 120
    long = int8.encode(filler)
    assert not np.array_equal(int8.encode("I need help with drinking. " + filler), long)
    assert not np.array_equal(int8.encode(filler + " I need help with drinking."), long)


def test_a_missing_encoder_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(encoder.EncoderMissing, match="make setup"):
        encoder.load(tmp_path)


def test_an_encoder_whose_build_was_cut_off_counts_as_missing(tmp_path: Path, folder: Path) -> None:
    for name in (encoder.MODEL, encoder.TOKENIZER):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    with pytest.raises(encoder.EncoderMissing):
        encoder.load(tmp_path)


def test_what_is_built_already_is_not_built_again(folder: Path) -> None:
    assert not build.build(folder)


def test_a_damaged_model_is_built_again(tmp_path: Path, folder: Path) -> None:
    for name in (encoder.MODEL, encoder.TOKENIZER, encoder.MANIFEST):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    (tmp_path / encoder.MODEL).write_bytes(b"half a model")
    assert build.build(tmp_path)
    assert (tmp_path / encoder.MODEL).read_bytes() == (folder / encoder.MODEL).read_bytes()


def test_weights_that_are_not_the_official_ones_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"something else")
    with pytest.raises(build.WeightsChanged):
        build.read_checked(tmp_path / "model.safetensors")


def test_the_screens_own_encoder_is_the_base_with_small_differences(
    int8: encoder.Encoder, weights: dict[str, Any], tmp_path: Path
) -> None:
    assert SAFETY.stat().st_size < 800_000
    changed = adapted(weights, SAFETY)
    assert set(changed) == set(weights)
    assert sum(not np.array_equal(changed[name], weights[name]) for name in weights) == 36
    place = tmp_path / "safety"
    assert build.build(place, SAFETY)
    assert not build.build(place, SAFETY)
    assert build.build(place)  # the base is not the adapted one
    likeness = [float(int8.encode(text) @ encoder.load(place).encode(text)) for text in TEXTS]
    assert min(likeness) > 0.9999


def test_an_adapter_of_other_shapes_is_refused(weights: dict[str, Any], tmp_path: Path) -> None:
    name = "encoder.layer.0.attention.self.query"
    parts = {f"{name}.{side}": np.ones((2, 2), np.int8) for side in ("down", "up")}
    np.savez(tmp_path / "odd.npz", **parts, **{f"{key}.scale": np.ones((2, 1), np.float16) for key in parts})
    with pytest.raises(AdapterDoesNotFit):
        adapted(weights, tmp_path / "odd.npz")
