"""Stands in for the Rasa modules that need TensorFlow, so that `rasa` starts without it.

Rasa imports DIET, TED and their helpers even when config.yml names none of them: 330 MB and 12 seconds for
nothing. Each name in such a module becomes a class that cannot be made. Where TensorFlow is installed this
does nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType

NEED_TENSORFLOW = frozenset(
    f"rasa.{name}"
    for name in (
        "core.policies.ted_policy",
        "core.policies.unexpected_intent_policy",
        "nlu.classifiers.diet_classifier",
        "nlu.featurizers.dense_featurizer.convert_featurizer",
        "nlu.featurizers.dense_featurizer.lm_featurizer",
        "nlu.selectors.response_selector",
        "utils.tensorflow.callback",
        "utils.tensorflow.crf",
        "utils.tensorflow.data_generator",
        "utils.tensorflow.layers",
        "utils.tensorflow.layers_utils",
        "utils.tensorflow.metrics",
        "utils.tensorflow.models",
        "utils.tensorflow.rasa_layers",
        "utils.tensorflow.transformer",
        "utils.tensorflow.types",
    )
)


class TensorFlowMissing(RuntimeError):
    """This part of Rasa needs TensorFlow, which this environment leaves out: `uv sync --group stock` brings
    it."""


class NeedsTensorFlow:
    """In place of a class or function that was not loaded."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        raise TensorFlowMissing(f"{type(self).__name__}: {TensorFlowMissing.__doc__}")


class _StandIn(ModuleType):
    def __getattr__(self, name: str) -> type[NeedsTensorFlow]:
        if name.startswith("__"):
            raise AttributeError(name)
        stand_in = type(name, (NeedsTensorFlow,), {"__module__": self.__name__})
        setattr(self, name, stand_in)
        return stand_in


class _Finder(MetaPathFinder, Loader):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return ModuleSpec(fullname, self) if fullname in NEED_TENSORFLOW else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _StandIn(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass


def install() -> None:
    """Called once when Python starts, by rasa_light.pth."""
    if find_spec("tensorflow") is None:
        sys.meta_path.insert(0, _Finder())
