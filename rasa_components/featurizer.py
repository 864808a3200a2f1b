"""Rasa's featurizer for MiniLM sentence vectors: one text at a time, in training as in service.

It must not choose weights or thresholds; the classifier does.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

import encoder
from rasa_components import calm
from rasa_components.vectors import encode_all


@lru_cache(maxsize=1)
def load_encoder(folder: str) -> encoder.Encoder:
    """Once per process: training makes the component several times."""
    return encoder.load(folder)


def encoder_folder() -> Path:
    """Where the encoder is: WARMLINE_ENCODER, else `.var/encoder`."""
    return Path(os.environ.get("WARMLINE_ENCODER") or encoder.DEFAULT_FOLDER)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class MiniLmFeaturizer(DenseFeaturizer, GraphComponent):
    """Adds one sentence vector (384 numbers, unit length) to every message with a text.

    A `/intent` carries its meaning already and is left alone. Raises encoder.EncoderMissing when made.
    """

    def __init__(self, config: dict[str, Any], name: str, vectors: encoder.Encoder) -> None:
        super().__init__(name, config)
        self._vectors = vectors

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MiniLmFeaturizer:
        return cls(config, execution_context.node_name, load_encoder(str(encoder_folder())))

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        unknown = set(config) - set(cls.get_default_config())
        if unknown:
            raise InvalidConfigException(f"{cls.__name__} has no setting {', '.join(sorted(unknown))}.")

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Other weights and another way of writing make other vectors: both count in Rasa's cache."""
        return (encoder_folder() / encoder.MANIFEST).read_text() + Path(calm.__file__).read_text(
            encoding="utf-8"
        )

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = message.get(TEXT)
            if has_words(text):
                self._add(message, self._vectors.encode(calm.calm(text)))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Each different text once, and only those that the training before did not know."""
        messages = [one for one in training_data.training_examples if has_words(one.get(TEXT))]
        texts = list({calm.calm(one.get(TEXT)): None for one in messages})
        vectors = encode_all(texts, self._vectors, encoder_folder())
        for message in messages:
            self._add(message, vectors[calm.calm(message.get(TEXT))])
        return training_data

    def _add(self, message: Message, vector: encoder.Vector) -> None:
        message.add_features(Features(vector[None, :], FEATURE_TYPE_SENTENCE, TEXT, self._identifier))


def has_words(text: str | None) -> bool:
    """Whether there is something to understand: not for an empty text, nor for a `/intent`."""
    return bool(text) and not text.startswith(INTENT_MESSAGE_PREFIX)
