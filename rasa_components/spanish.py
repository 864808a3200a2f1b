"""Understands Spanish: a second, small intent model that speaks only for messages marked as Spanish.

MiniLM knows English, and among thousands of English examples a few Spanish ones would hardly count. So Spanish has
its own file and its own model, and nothing of it changes how English is understood. The bot service marks the
message (`writes` in its metadata).
"""

from __future__ import annotations

import hashlib
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from rasa_components.calm import calm
from rasa_components.featurizer import MiniLmFeaturizer, encoder_folder, has_words, load_encoder
from rasa_components.importer import WrongData, read
from rasa_components.intents import IntentModel
from rasa_components.vectors import encode_all

SPANISH, WRITES = "es", "writes"
DEFAULTS: dict[str, Any] = {
    "examples": "data/spanish/intents.yml",
    "threshold": 0.28,  # below, it is nlu_fallback
    "strength": 10.0,
    "vector_scale": 1.0,
    "steps": 200,
    "most_words": 6000,
    "most_pieces": 20000,
    "ranking_length": 10,
}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SpanishIntentClassifier(IntentClassifier, GraphComponent):
    """Sets `intent` and `intent_ranking` anew for a message whose client writes Spanish; leaves others alone.

    Stands last: its word replaces that of the English classifier and of the fallback. Raises WrongData for a
    file of examples that cannot be read.
    """

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
        unknown = set(config) - set(DEFAULTS)
        if unknown:
            raise InvalidConfigException(f"{cls.__name__} has no setting {', '.join(sorted(unknown))}.")

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Its examples are no training data of Rasa's, so Rasa's cache must be told when they change."""
        file = Path(config.get("examples") or DEFAULTS["examples"])
        return hashlib.sha256(file.read_bytes()).hexdigest() if file.exists() else None

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SpanishIntentClassifier:
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
    ) -> SpanishIntentClassifier:
        component = cls.create(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as folder:
            component.model = IntentModel.load(folder)
        return component

    def train(self, training_data: TrainingData) -> Resource:
        pairs = examples(Path(self._config["examples"]))
        texts = [text for text, _ in pairs]
        vectors = encode_all(texts, load_encoder(str(encoder_folder())), encoder_folder())
        self.model = IntentModel.learn(
            texts,
            np.stack([vectors[text] for text in texts]),
            [intent for _, intent in pairs],
            self._config,
        )
        with self._storage.write_to(self._resource) as folder:
            self.model.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if (message.get("metadata") or {}).get(WRITES) == SPANISH and has_words(message.get(TEXT)):
                self._understand(message)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def _understand(self, message: Message) -> None:
        if self.model is None:
            return
        text = plain(message.get(TEXT))
        vector = load_encoder(str(encoder_folder())).encode(text)[None, :]
        shares = self.model.shares(text, vector)
        best = np.argsort(-shares)[: self._config["ranking_length"]]
        ranking = [{"name": self.model.intents[place], "confidence": float(shares[place])} for place in best]
        if ranking[0]["confidence"] < self._config["threshold"]:
            unsure = {"name": DEFAULT_NLU_FALLBACK_INTENT_NAME, "confidence": self._config["threshold"]}
            ranking.insert(0, unsure)
        message.set("intent", ranking[0], add_to_output=True)
        message.set("intent_ranking", ranking, add_to_output=True)


def examples(file: Path) -> list[tuple[str, str]]:
    """(text without accents, intent) of every example. Raises WrongData."""
    content = read(file)
    if not isinstance(content, dict) or not isinstance(content.get("spanish"), list):
        raise WrongData(f"{file}: `spanish` must hold a list of intents with their examples.")
    return [
        (plain(line.removeprefix("- ")), str(block["intent"]))
        for block in content["spanish"]
        for line in str(block["examples"]).splitlines()
    ]


def plain(text: str) -> str:
    """As people type: small letters and no accents, and no calling."""
    return "".join(
        c for c in unicodedata.normalize("NFKD", calm(text).lower()) if not unicodedata.combining(c)
    )
