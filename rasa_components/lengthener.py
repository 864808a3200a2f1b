"""Rasa's component that adds the longer messages of `longer.py` to the training; in service it does nothing."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from rasa_components.featurizer import has_words
from rasa_components.longer import lengthen


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class Lengthener(GraphComponent):
    """Stands before the featurizer. `share`: how many longer messages for each example, 0 to 2."""

    def __init__(self, share: float) -> None:
        self._share = share

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"share": 0.5}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        share = config.get("share", 0.0)
        if set(config) - {"share"} or isinstance(share, bool) or not isinstance(share, (int, float)):
            raise InvalidConfigException(f"{cls.__name__} has one setting: share, a number.")
        if not 0 <= share <= 2:
            raise InvalidConfigException(f"{cls.__name__}: share must be from 0 to 2.")

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Lengthener:
        cls.validate_config(config)
        return cls(config["share"])

    def process(self, messages: list[Message]) -> list[Message]:
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        pairs = [
            (one.get(TEXT), one.get(INTENT))
            for one in training_data.intent_examples
            if has_words(one.get(TEXT))
        ]
        more = [Message({TEXT: text, INTENT: intent}) for text, intent in lengthen(pairs, self._share)]
        return training_data.merge(TrainingData(more))
