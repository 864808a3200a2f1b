"""`rasa data validate` on the repository's own data, without a process of its own."""

from __future__ import annotations

import warnings
from pathlib import Path

from rasa.shared.core.domain import Domain
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.utils.common import EXPECTED_WARNINGS
from rasa.validator import Validator

from rasa_components.nlg import ClinicNlg, unruled

ROOT = Path(__file__).resolve().parents[3]


def test_rasas_validator_has_nothing_to_say() -> None:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        for category, message in EXPECTED_WARNINGS:  # what Rasa itself never shows
            warnings.filterwarnings("ignore", message, category)
        importer = TrainingDataImporter.load_from_config(
            str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [str(ROOT / "data")]
        )
        validator = Validator.from_importer(importer)
        found = {
            "domain": validator.verify_domain_validity(),
            "examples": validator.verify_nlu(ignore_warnings=False),
            "stories": validator.verify_story_structure(ignore_warnings=False),
            "actions": validator.verify_actions_in_stories_rules(),
            "forms": validator.verify_forms_in_stories_rules(),
            "questions": validator.verify_form_slots(),
            "slots": validator.verify_slot_mappings(),
        }
    assert found == dict.fromkeys(found, True)
    assert [str(one.message) for one in said if one.category is UserWarning] == []


def test_responses_without_a_rule_are_not_actions_and_are_said_all_the_same() -> None:
    importer = TrainingDataImporter.load_from_config(
        str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [str(ROOT / "data/responses")]
    )
    named, others = importer.get_domain().responses, unruled(ROOT / "data/responses")
    assert "utter_ask_cost" in named
    assert {"utter_ask_cost_es", "utter_rephrase"} <= set(others)
    assert not set(named) & set(others)


def test_a_newly_loaded_model_takes_no_text_away() -> None:
    generator = ClinicNlg(None, Domain.empty())  # type: ignore[arg-type]
    generator.responses = {"utter_greet": [{"text": "hello"}]}  # as Rasa's agent does
    assert {"utter_greet", "utter_rephrase", "utter_rephrase_es"} <= set(generator.responses)
