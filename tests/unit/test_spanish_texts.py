"""The fixed texts in Spanish: every text a client can hear is there, says the same, and costs two SMS parts at most."""

import re
from pathlib import Path

import pytest

from bot.app import all_texts
from bot.clinic import load_clinic
from bot.domain.options import Option, as_text
from bot.domain.sms_text import gsm7_clean, is_gsm7, segments

CLINIC = load_clinic(Path(__file__).resolve().parents[2] / "clinic.yml")
TEXTS = all_texts()
SPANISH = TEXTS.translations["es"]
VALUES = {"name": "Maximilian", "when": "el miércoles a las 10:30 AM", "about": "x" * 90}
TO_STAFF = re.compile(
    r"^(?:alert(?!_(?:yes|no)$)|taken_|relay_|staff_|already_|which_case|no_such|not_yours"
    r"|desk_|enrol|phones_off|stranger|login_code)"
)
STAFF_ALONE = {
    *("C8", "plain", "back", "away", "who", "closed", "noted", "passed", "withdrawn", "cannot_take"),
    *("nothing_to_say", "no_case_held", "quiet_nudge", "client_left", "no_longer_yours"),
    *("kept_for_client", "client_exited", "which_reason", "transferred", "cannot_transfer"),
    *("call_ask", "call_staff_line", "operator_needed", "drill", "drill_over"),
}
SAID_WITHOUT_A_CONVERSATION = {"out_of_order"}
NUMBERS = re.compile(r"\b(?:1-\d{3}-\d{3}-\d{4}|988|911)\b|findahelpline\.com")


def _sms(text_id: str, line: str | None = None, language: str | None = "es") -> str:
    text, options = TEXTS.render(text_id, CLINIC, line=line, language=language, **VALUES)
    return as_text(text, [Option(o.label, o.payload) for o in options])


def test_every_text_for_clients_is_there_in_spanish() -> None:
    for_clients = {i for i in TEXTS.by_id if not TO_STAFF.match(i)} - STAFF_ALONE
    missing = for_clients - SAID_WITHOUT_A_CONVERSATION - set(SPANISH.by_id)
    assert missing == set(), "write them in texts_es.yml, or name them above when only staff hear them"
    assert set(SPANISH.by_id) <= set(TEXTS.by_id)


@pytest.mark.parametrize("text_id", SPANISH.by_id)
@pytest.mark.parametrize("line", [None, "alerted", "nobody"])
def test_a_spanish_text_costs_two_parts_at_most(text_id: str, line: str | None) -> None:
    sent = gsm7_clean(_sms(text_id, line))
    assert is_gsm7(sent)
    assert segments(sent) <= 2, len(sent)


@pytest.mark.parametrize("text_id", SPANISH.by_id)
def test_only_four_accents_are_lost_on_the_air(text_id: str) -> None:
    assert {c for c in _sms(text_id) if not is_gsm7(c)} <= set("áíóúÁÍÓÚ")


@pytest.mark.parametrize("text_id", SPANISH.by_id)
def test_a_spanish_text_names_the_numbers_and_the_choices_of_the_english_one(text_id: str) -> None:
    english, spanish = TEXTS.by_id[text_id], SPANISH.by_id[text_id]
    assert [o.payload for o in spanish.options] == [o.payload for o in english.options]
    assert spanish.line == english.line
    assert spanish.plain_line == english.plain_line
    assert set(NUMBERS.findall(spanish.text)) == set(NUMBERS.findall(english.text))
    assert spanish.text.endswith(":") == bool(spanish.options)


def test_988_is_named_with_its_spanish_way_in() -> None:
    for text_id, fixed in SPANISH.by_id.items():
        if "988" in fixed.text and text_id not in ("C1", "canada"):
            assert re.search(r"marque 2|marcar 2", fixed.text), text_id


def test_a_language_we_do_not_have_gets_english() -> None:
    assert _sms("C2", language="fr") == _sms("C2", language=None)
    assert "killing yourself" in _sms("C2", language="fr")
