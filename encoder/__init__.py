"""Text in, 384 numbers out (MiniLM, int8, onnxruntime). The one package that both Pythons import.

It may need numpy, onnxruntime and tokenizers, nothing else; it never logs a text.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

DEFAULT_FOLDER = Path(".var/encoder")
SAFETY_FOLDER = "safety"  # inside the encoder's folder: the encoder as the safety screen adapted it
MODEL = "model.onnx"
TOKENIZER = "tokenizer.json"
MANIFEST = "manifest.json"

SIZE = 384
WINDOW = 126  # tokens in a window, with the start and end marks 128, what the model was trained on
MOST_WINDOWS = 4
_START, _END = 101, 102  # [CLS] and [SEP]

Vector = npt.NDArray[np.float32]


class EncoderMissing(RuntimeError):
    """The sentence encoder's files are not there. Run `make setup`, or `python -m encoder.build [folder]`."""


class Encoder:
    """Turns one text at a time into a vector. Safe to use from several threads at once.

    int8 sums depend on what else is in a batch, so there are no batches: the same text gives the same vector
    in training, in a test and in service.
    """

    def __init__(self, session: Any, tokenizer: Any) -> None:
        self._session = session
        self._tokenizer = tokenizer

    def encode(self, text: str) -> Vector:
        """A float32 vector of 384 numbers and unit length, also for an empty text.

        A text of more than 126 tokens is cut into windows and their vectors are averaged by length. Of more
        than four windows the first two and the last two count, so that time is bounded (about 0.1 s).
        """
        ids = self._tokenizer.encode(text, add_special_tokens=False).ids
        windows = _windows(ids)
        if len(windows) == 1:
            return self._run(windows[0])
        mean = sum(self._run(window) * np.float32(len(window)) for window in windows)
        return np.asarray(mean / np.linalg.norm(mean), np.float32)

    def _run(self, window: list[int]) -> Vector:
        ids = np.array([[_START, *window, _END]], np.int64)
        vector: Vector = self._session.run(None, {"ids": ids})[0]
        return vector


def load(folder: Path | str = DEFAULT_FOLDER) -> Encoder:
    """The encoder that `encoder.build` wrote into the folder. Raises EncoderMissing."""
    folder = Path(folder)
    # The manifest is written last: without it the other files may be from a build that was cut off.
    if not all((folder / name).is_file() for name in (MANIFEST, MODEL, TOKENIZER)):
        raise EncoderMissing(f"no sentence encoder in {folder}: run `make setup`")
    return Encoder(_open_session(folder / MODEL), _open_tokenizer(folder / TOKENIZER))


def _windows(ids: list[int]) -> list[list[int]]:
    windows = [ids[start : start + WINDOW] for start in range(0, len(ids), WINDOW)] or [[]]
    if len(windows) <= MOST_WINDOWS:
        return windows
    return windows[: MOST_WINDOWS // 2] + windows[-MOST_WINDOWS // 2 :]


def _open_session(model: Path) -> Any:
    """One thread without spinning: the machine's other work shares the cores."""
    from onnxruntime import InferenceSession, SessionOptions  # noqa: PLC0415

    options = SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def _open_tokenizer(file: Path) -> Any:
    from tokenizers import Tokenizer  # noqa: PLC0415

    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_padding()  # the file asks for 128 tokens always; int8 vectors change with padding
    tokenizer.no_truncation()
    return tokenizer
