"""Rasa's intent classifier of our own: n-grams and the MiniLM vector into one logistic regression, and how
far a text is from all examples into the odds of out_of_scope.

It names the likeliest intents with their probabilities. Whether the best is good enough is
FallbackClassifier's word.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

import encoder
from rasa_components.featurizer import MiniLmFeaturizer, has_words
from rasa_components.intents import IntentModel
from rasa_components.topics import TOPICS, prefer, read_topics

DEFAULTS: dict[str, Any] = {
    "strength": 2.0,  # scikit-learn's C
    "vector_scale": 1.5,  # how much the sentence vector counts beside the n-grams
    "temperature": 1.0,  # above 1 the probabilities are less sure of themselves
    "outside": 0.0,  # added to the log odds of out_of_scope
    "novelty": 0.0,  # the same, for each standard deviation that a text is farther from the examples
    "steps": 30,
    "most_words": 6000,
    "most_pieces": 10000,
    "ranking_length": 10,
}

MAY_BE_ZERO = ("outside", "novelty")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ClinicIntentClassifier(IntentClassifier, GraphComponent):
    """Sets `intent` and `intent_ranking`. A message without words, or a `/intent`, gets no intent here."""

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self._config = {**DEFAULTS, **config}
        self._storage = storage
        self._resource = resource
        self.model: IntentModel | None = None

    @classmethod
    def required_components(cls) -> list[type]:
        return [MiniLmFeaturizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return dict(DEFAULTS)

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        for name, value in config.items():
            if name not in DEFAULTS:
                raise InvalidConfigException(f"{cls.__name__} has no setting {name}.")
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise InvalidConfigException(f"{cls.__name__}: {name} must be a number.")
            if value <= 0 and name not in MAY_BE_ZERO:
                raise InvalidConfigException(f"{cls.__name__}: {name} must be above 0.")

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ClinicIntentClassifier:
        cls.validate_config(config)
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> ClinicIntentClassifier:
        component = cls.create(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as folder:
            component.model = IntentModel.load(folder)
        return component

    def train(self, training_data: TrainingData) -> Resource:
        examples = [
            one for one in training_data.intent_examples if one.get(INTENT) and has_words(one.get(TEXT))
        ]
        if len({one.get(INTENT) for one in examples}) < 2:
            raise InvalidConfigException("The intent classifier needs examples of at least two intents.")
        self.model = IntentModel.learn(
            [one.get(TEXT) for one in examples],
            np.concatenate([_vector(one) for one in examples]),
            [one.get(INTENT) for one in examples],
            self._config,
        )
        with self._storage.write_to(self._resource) as folder:
            self.model.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            ranking = self._rank(message)
            message.set("intent", ranking[0] if ranking else _nothing(), add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    @cached_property
    def _topics(self) -> Mapping[str, str]:
        """Intent -> topic; read once, where the model is used."""
        return read_topics(TOPICS)

    def _rank(self, message: Message) -> list[dict[str, Any]]:
        text = message.get(TEXT)
        if self.model is None or not has_words(text):
            return []
        shares = self.model.shares(text, _vector(message), self._config)
        shares = prefer(shares, self.model.intents, self._topics)
        best = np.argsort(-shares)[: self._config["ranking_length"]]
        return [{"name": self.model.intents[place], "confidence": float(shares[place])} for place in best]


def _vector(message: Message) -> Any:
    """The sentence vector as one row; zeros when the featurizer gave none."""
    _, sentence = message.get_dense_features(TEXT)
    return sentence.features if sentence else np.zeros((1, encoder.SIZE), np.float32)


def _nothing() -> dict[str, Any]:
    return {"name": None, "confidence": 0.0}
