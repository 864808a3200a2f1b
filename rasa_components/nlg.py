"""Fills what every answer may name: the clinic, its phone, the two fixed texts that answers carry inside.

It must not write or change an answer; those are in data/responses.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import rasa.shared.utils.io
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from rasa_components.importer import read

RESPONSES = Path("data/responses")
# Responses that no rule names: Rasa would make an action of each, and its validator would call it unused.
UNRULED = ("said_by_actions", "translations")
FIXED_TEXTS = Path("bot/screen/texts.yml")
FIXED = {"withdrawal_warning": "C5", "disclosure": "C6"}
UNKNOWN = "utter_unknown"
WRITES = "writes"  # in a message's metadata: the language to answer in, where it is not English


class ClinicNlg(TemplatedNaturalLanguageGenerator):
    """Rasa's own generator with {clinic_name}, {clinic_phone}, {withdrawal_warning} and {disclosure}.

    Who writes Spanish gets `utter_..._es` where there is one. Reads WARMLINE_CLINIC (or clinic.yml), the fixed
    texts and the responses that no rule names once. Raises when one of them is missing.
    """

    def __init__(self, endpoint_config: EndpointConfig, domain: Domain) -> None:
        self._unruled = unruled(RESPONSES)
        super().__init__(domain.responses)
        clinic = Path(os.environ.get("WARMLINE_CLINIC") or "clinic.yml")
        self._known = known_values(clinic, FIXED_TEXTS)
        self._translated = {"es": known_values(clinic, FIXED_TEXTS.with_name("texts_es.yml"))}

    @property
    def responses(self) -> dict[str, Any]:
        return self._responses

    @responses.setter
    def responses(self, ruled: Mapping[str, Any]) -> None:
        """Rasa's agent sets the domain's responses anew with each model that it loads."""
        self._responses = {**ruled, **self._unruled}

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """The response with its name in `utter_action`, so that the channel can tell which one it is."""
        kwargs.pop("domain_responses", None)  # all of them, only to be ignored
        name, known = self._in_their_language(utter_action, tracker)
        answer = await super().generate(name, tracker, output_channel, **known, **kwargs)
        if answer is not None:
            answer.pop("metadata", None)  # what the answer rests on: for reviewers, not for the tracker
            answer["utter_action"] = utter_action
        return answer

    def _in_their_language(
        self, utter_action: str, tracker: DialogueStateTracker
    ) -> tuple[str, Mapping[str, str]]:
        latest = tracker.latest_message
        language = str((latest.metadata or {}).get(WRITES) or "") if latest else ""
        if language not in self._translated:
            return utter_action, self._known
        translated = f"{utter_action}_{language}"
        if translated not in self.responses:
            translated = f"{UNKNOWN}_{language}"  # not English words to somebody who may not read them
        return translated, self._translated[language]


def unruled(folder: Path) -> dict[str, Any]:
    """The responses that are said by name in actions/, and the translations."""
    found: dict[str, Any] = {}
    for path in sorted(folder.glob("*.yml")):
        content = read(path)
        for section in UNRULED:
            found |= content.get(section) or {}
    return found


def known_values(clinic: Path, texts: Path) -> dict[str, str]:
    """What the placeholders stand for."""
    facts = _read(clinic)
    fixed = _read(texts)["texts"]
    values = {name: str(fixed[code]["text"]) for name, code in FIXED.items()}
    return {"clinic_name": str(facts["name"]), "clinic_phone": str(facts["phone"]), **values}


def _read(path: Path) -> Mapping[str, Any]:
    content: Mapping[str, Any] = rasa.shared.utils.io.read_yaml_file(path)
    return content
