"""Writes the MiniLM sentence encoder as an ONNX graph: plain fp32, or int8 weights with fp32 sums.

Used by set-up only (it needs `onnx`). It must not read files or choose folders: numbers in, a model out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

Weights = Mapping[str, npt.NDArray[Any]]
Floats = npt.NDArray[np.float32]

OPSET = 18
IR_VERSION = 9  # onnxruntime on Python 3.10 refuses newer ones
LAYERS = 6
HEADS = 12
WIDTH = 384
EPSILON = 1e-12
INT8_LIMIT = 63  # seven bits: with eight, AVX2's multiply-add saturates and the vectors drift


def build_graph(weights: Weights, *, int8: bool) -> onnx.ModelProto:
    """A model `ids` int64 (1, tokens) -> `vector` float32 (384,), unit length. One text, no padding, no
    mask."""
    sheet = _Sheet(int8=int8)
    hidden = _embed(sheet, weights)
    for layer in range(LAYERS):
        hidden = _layer(sheet, weights, f"encoder.layer.{layer}.", hidden)
    _pool(sheet, hidden)
    return sheet.model()


class _Sheet:
    """The nodes and constants written so far."""

    def __init__(self, *, int8: bool) -> None:
        self.int8 = int8
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}

    def op(self, kind: str, *inputs: str, outputs: int = 1, **attributes: Any) -> str:
        """Append a node and return the name of its first output; further ones are `name.1`, `name.2`."""
        name = f"{kind}_{len(self._nodes)}"
        names = [name] + [f"{name}.{number}" for number in range(1, outputs)]
        self._nodes.append(helper.make_node(kind, list(inputs), names, name=name, **attributes))
        return name

    def const(self, name: str, value: npt.ArrayLike) -> str:
        """Keep a constant once under its name."""
        if name not in self._constants:
            self._constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def ints(self, *values: int) -> str:
        return self.const("ints_" + "_".join(map(str, values)), np.array(values, np.int64))

    def number(self, value: float) -> str:
        return self.const(f"number_{value}", np.array(value, np.float32))

    def model(self) -> onnx.ModelProto:
        """The checked model; the last node's output becomes `vector`."""
        self._nodes[-1].output[0] = "vector"
        graph = helper.make_graph(
            self._nodes,
            "sentence_encoder",
            [helper.make_tensor_value_info("ids", TensorProto.INT64, [1, "tokens"])],
            [helper.make_tensor_value_info("vector", TensorProto.FLOAT, [WIDTH])],
            list(self._constants.values()),
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
        model.ir_version = IR_VERSION
        onnx.checker.check_model(model)
        return model


def _embed(sheet: _Sheet, weights: Weights) -> str:
    """Word + position + segment; the segment is always 0, so its row is added to the positions here."""
    words = _look_up_words(sheet, weights["embeddings.word_embeddings.weight"])
    segment = weights["embeddings.token_type_embeddings.weight"][0]
    table = sheet.const("positions", weights["embeddings.position_embeddings.weight"] + segment)
    length = sheet.op("Shape", "ids", start=1, end=2)
    positions = sheet.op("Slice", table, sheet.ints(0), length, sheet.ints(0))
    return _normalize(sheet, weights, "embeddings.LayerNorm", sheet.op("Add", words, positions))


def _look_up_words(sheet: _Sheet, table: Floats) -> str:
    if not sheet.int8:
        return sheet.op("Gather", sheet.const("words", table), "ids")
    rows, scales = _to_int8(table, limit=127, axis=1)
    picked = sheet.op("Gather", sheet.const("words", rows), "ids")
    scale = sheet.op("Gather", sheet.const("words.scale", scales), "ids")
    return sheet.op("Mul", sheet.op("Cast", picked, to=TensorProto.FLOAT), scale)


def _layer(sheet: _Sheet, weights: Weights, prefix: str, hidden: str) -> str:
    attended = _attend(sheet, weights, prefix + "attention.", hidden)
    summed = sheet.op("Add", attended, hidden)
    hidden = _normalize(sheet, weights, prefix + "attention.output.LayerNorm", summed)
    wide = _gelu(sheet, _dense(sheet, weights, [prefix + "intermediate.dense"], hidden))
    narrow = _dense(sheet, weights, [prefix + "output.dense"], wide)
    return _normalize(sheet, weights, prefix + "output.LayerNorm", sheet.op("Add", narrow, hidden))


def _attend(sheet: _Sheet, weights: Weights, prefix: str, hidden: str) -> str:
    """Multi-head attention with query, key and value in one matrix product."""
    parts = [f"{prefix}self.{part}" for part in ("query", "key", "value")]
    joined = _dense(sheet, weights, parts, hidden)
    heads = sheet.op("Reshape", joined, sheet.ints(0, 0, 3 * HEADS, WIDTH // HEADS))
    query = sheet.op("Split", heads, sheet.ints(HEADS, HEADS, HEADS), axis=2, outputs=3)
    scores = sheet.op(
        "MatMul",
        sheet.op("Transpose", query, perm=[0, 2, 1, 3]),
        sheet.op("Transpose", f"{query}.1", perm=[0, 2, 3, 1]),
    )
    scaled = sheet.op("Mul", scores, sheet.number((WIDTH // HEADS) ** -0.5))
    value = sheet.op("Transpose", f"{query}.2", perm=[0, 2, 1, 3])
    mixed = sheet.op("MatMul", sheet.op("Softmax", scaled, axis=-1), value)
    back = sheet.op("Transpose", mixed, perm=[0, 2, 1, 3])
    return _dense(
        sheet, weights, [prefix + "output.dense"], sheet.op("Reshape", back, sheet.ints(0, 0, WIDTH))
    )


def _dense(sheet: _Sheet, weights: Weights, names: list[str], source: str) -> str:
    """`source` times the named matrices side by side, plus their biases."""
    matrix = np.concatenate([weights[f"{name}.weight"] for name in names]).T
    bias = sheet.const(f"{names[0]}.bias", np.concatenate([weights[f"{name}.bias"] for name in names]))
    multiply = _multiply_int8 if sheet.int8 else _multiply
    return sheet.op("Add", multiply(sheet, names[0], matrix, source), bias)


def _multiply(sheet: _Sheet, name: str, matrix: Floats, source: str) -> str:
    return sheet.op("MatMul", source, sheet.const(name, matrix))


def _multiply_int8(sheet: _Sheet, name: str, matrix: Floats, source: str) -> str:
    """In the shape that onnxruntime fuses into one kernel (DynamicQuantizeMatMul)."""
    rounded, scales = _to_int8(matrix, limit=INT8_LIMIT, axis=0)
    quantized = sheet.op("DynamicQuantizeLinear", source, outputs=3)
    zeros = sheet.const(f"{name}.zero", np.zeros(matrix.shape[1], np.int8))
    product = sheet.op("MatMulInteger", quantized, sheet.const(name, rounded), f"{quantized}.2", zeros)
    scale = sheet.op("Mul", f"{quantized}.1", sheet.const(f"{name}.scale", scales.ravel()))
    return sheet.op("Mul", sheet.op("Cast", product, to=TensorProto.FLOAT), scale)


def _to_int8(matrix: Floats, *, limit: int, axis: int) -> tuple[npt.NDArray[np.int8], Floats]:
    """Whole numbers within ±limit and the scales, one per row (axis 1) or column (axis 0)."""
    scales = np.maximum(np.abs(matrix).max(axis=axis, keepdims=True) / limit, 1e-12).astype(np.float32)
    return np.rint(matrix / scales).astype(np.int8), scales


def _normalize(sheet: _Sheet, weights: Weights, name: str, source: str) -> str:
    scale = sheet.const(f"{name}.weight", weights[f"{name}.weight"])
    bias = sheet.const(f"{name}.bias", weights[f"{name}.bias"])
    return sheet.op("LayerNormalization", source, scale, bias, axis=-1, epsilon=EPSILON)


def _gelu(sheet: _Sheet, source: str) -> str:
    """x / 2 * (1 + erf(x / sqrt 2)), in the order that onnxruntime fuses."""
    curve = sheet.op("Erf", sheet.op("Div", source, sheet.number(2**0.5)))
    return sheet.op(
        "Mul", sheet.op("Mul", source, sheet.op("Add", curve, sheet.number(1.0))), sheet.number(0.5)
    )


def _pool(sheet: _Sheet, hidden: str) -> None:
    """The mean over all tokens, made unit length."""
    mean = sheet.op("ReduceMean", hidden, sheet.ints(0, 1), keepdims=0)
    length = sheet.op("ReduceL2", mean, sheet.ints(0), keepdims=1)
    sheet.op("Div", mean, length)
