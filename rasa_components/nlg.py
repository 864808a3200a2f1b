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

FIXED_TEXTS = Path("bot/screen/texts.yml")
FIXED = {"withdrawal_warning": "C5", "disclosure": "C6"}


class ClinicNlg(TemplatedNaturalLanguageGenerator):
    """Rasa's own generator with {clinic_name}, {clinic_phone}, {withdrawal_warning} and {disclosure}.

    Reads WARMLINE_CLINIC (or clinic.yml) and the fixed texts once. Raises when one of them is missing.
    """

    def __init__(self, endpoint_config: EndpointConfig, domain: Domain) -> None:
        super().__init__(domain.responses)
        self._known = known_values(Path(os.environ.get("WARMLINE_CLINIC") or "clinic.yml"), FIXED_TEXTS)

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """The response with its name in `utter_action`, so that the channel can tell which one it is."""
        kwargs.pop("domain_responses", None)  # all of them, only to be ignored
        answer = await super().generate(utter_action, tracker, output_channel, **self._known, **kwargs)
        if answer is not None:
            answer.pop("metadata", None)  # what the answer rests on: for reviewers, not for the tracker
            answer["utter_action"] = utter_action
        return answer


def known_values(clinic: Path, texts: Path) -> dict[str, str]:
    """What the placeholders stand for."""
    facts = _read(clinic)
    fixed = _read(texts)["texts"]
    values = {name: str(fixed[code]["text"]) for name, code in FIXED.items()}
    return {"clinic_name": str(facts["name"]), "clinic_phone": str(facts["phone"]), **values}


def _read(path: Path) -> Mapping[str, Any]:
    content: Mapping[str, Any] = rasa.shared.utils.io.read_yaml_file(path)
    return content
