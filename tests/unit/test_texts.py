"""Every text the service itself can say: readable on any phone, help first, nothing promised, nothing asked about events."""

import re
from pathlib import Path

import pytest

from bot.app import TEXTS, all_texts
from bot.clinic import load_clinic
from bot.domain.sms_text import is_gsm7, segments
from bot.screen.texts import FixedText, load_texts
from bot.services.choices import known

CLINIC = load_clinic(Path(__file__).resolve().parents[2] / "clinic.yml")
OWN = load_texts(TEXTS)
VALUES = {
    "name": "Maximilian",
    "number": "0123",
    "tag": "K77",
    "priority": "CRISIS",
    "code": "handset unreachable",
    "text": "words",
    "needs": "Must: a woman.",
    "tags": "K7, K8",
    "waiting": "none",
    "held": "K7",
    "rest": "",
    "case": "K7",
    "when": "on Wednesday at 10:30 AM",
    "note": "words",
    "what": "you write first, and only 10 AM to 12:30 PM",
    "about": "A woman, trained in trauma, speaks English and Spanish",
}
PROMISES = re.compile(
    r"\b(will (reply|answer|help you|call 911)|in \d+ minutes|on the way|right away|confidential|guarantee)",
    re.I,
)
CARRIER = {
    "STOP",
    "STOPALL",
    "UNSUBSCRIBE",
    "CANCEL",
    "END",
    "QUIT",
    "REVOKE",
    "OPTOUT",
    "START",
    "YES",
    "UNSTOP",
    "HELP",
    "INFO",
}


def _sms(fixed: FixedText) -> str:
    return all_texts().sms(fixed.id, CLINIC, **VALUES)


@pytest.mark.parametrize("text_id", OWN.by_id)
def test_a_text_is_gsm7_and_two_segments_at_most(text_id: str) -> None:
    text = _sms(OWN.by_id[text_id])
    assert is_gsm7(text), text
    assert segments(text) <= 2, (segments(text), text)


@pytest.mark.parametrize("text_id", OWN.by_id)
def test_a_text_promises_nothing_and_asks_no_why(text_id: str) -> None:
    text = _sms(OWN.by_id[text_id])
    assert not PROMISES.search(text), text
    assert not re.search(r"\b(why|what happened|who did)\b", text, re.I), text


@pytest.mark.parametrize("text_id", OWN.by_id)
def test_no_option_invites_a_word_the_carrier_acts_on(text_id: str) -> None:
    for option in OWN.by_id[text_id].options:
        assert option.label.upper() not in CARRIER


def test_every_option_of_ours_leads_somewhere() -> None:
    for fixed in all_texts().by_id.values():
        for option in fixed.options:
            kind = option.payload.split(":")[0]
            leads = option.payload.startswith("/") or known(option.payload) or kind in ("staff", "knock")
            assert leads, (fixed.id, option.payload)


def test_the_two_files_share_no_id() -> None:
    assert not set(OWN.by_id) & set(load_texts().by_id)


def test_alerts_carry_priority_and_tag_and_nothing_else() -> None:
    for text_id in ("alert", "alert_again", "alert_nobody_fits", "alert_urgent_now", "alert_opted_out"):
        places = set(re.findall(r"{(\w+)}", OWN.by_id[text_id].text))
        assert places <= {"short_name", "priority", "tag"}, text_id
