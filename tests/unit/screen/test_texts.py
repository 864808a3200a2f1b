"""The fixed texts: length, alphabet, contacts, forbidden phrases, and the eleven copied word for word."""

import re
from dataclasses import dataclass

import pytest

from bot.domain.sms_text import is_gsm7, segments
from bot.screen.texts import DEFAULT_PATH, TextError, Texts, load_texts


@dataclass(frozen=True)
class TwoDreams:
    name: str = "Two Dreams"
    phone: str = "(708) 613-4750"
    short_name: str = "TD"


CLINIC = TwoDreams()
TEXTS = load_texts()
STAFF_VALUES = {"priority": "HIGH", "case": "K7Q2"}

# Rules of the field 2.6, word for word.
AGREED = {
    "C1": "Two Dreams automated assistant (not a person or therapist; not for emergencies: call 911 or call/text 988). Texts may be stored and are not fully private. Msg&data rates may apply. Text HELP for help, STOP to stop.",  # noqa: E501
    "C2": "I want to check something because it matters. Are you thinking about killing yourself? Reply 1 = thinking about it, 2 = no, 3 = I'd rather not say.",  # noqa: E501
    "C3": "I'm glad you told me. Please call or text 988 now (free, 24/7). If you are in danger or have hurt yourself, call 911. I'm automated and can't send help. Reply 1 = also alert a counselor, 2 = not now.",  # noqa: E501
    "C4": "Call 911 now. If they won't wake or can't breathe well: give naloxone (Narcan) if you have it, put them on their side, and stay until help comes.",  # noqa: E501
    "C5": "Stopping alcohol or benzos suddenly can be dangerous. Seizure, fever, confusion or seeing things: call 911 now. Please talk to a doctor before you stop.",  # noqa: E501
    "C6": "I'm sorry that happened. Thank you for telling me. You don't have to tell me more. If you want, you can say what would help you feel safer with a counselor.",  # noqa: E501
    "C7": "I don't know that, and I don't want to guess. A counselor can answer. Reply 1 = ask one to contact you, 2 = no. Clinic phone: (708) 613-4750.",  # noqa: E501
    "C8": "[TD] New conversation waiting. Priority: HIGH. Case K7Q2. Open the console to view.",
    "C9": "Two Dreams automated assistant. Emergency: call 911. Crisis: call or text 988. Clinic: (708) 613-4750. Msg&data rates may apply. Text STOP to stop.",  # noqa: E501
    "C10": "Two Dreams: you are unsubscribed and will get no more texts from this number. Text START to return.",
    "C11": "Is it safe to text you on this phone? Reply 1 = yes, 2 = only certain times, 3 = no, I will contact you. You can delete these messages.",  # noqa: E501
}
KEYWORDS = [
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
]
FORBIDDEN = (
    "committed suicide", "failed attempt", "successful attempt", "addict", "clean", "dirty", "it gets better",
    "think of your family", "on the way", "someone will reply", "we will call 911", "confidential",
    "anonymous", "calm down", "why", "high risk", "low risk", "overreact", "promise", "be strong",
    "you are loved", "press 3", "pride", "commit", "diagnos", "guarantee", "24/7 clinic",
)  # fmt: skip


def every_sms() -> list[tuple[str, str]]:
    lines = [None, "alerted", "nobody"]
    return [
        (f"{key}+{line}", TEXTS.sms(key, CLINIC, line=line, **STAFF_VALUES))
        for key in TEXTS.by_id
        for line in lines
    ]


@pytest.mark.parametrize("text_id", AGREED)
def test_the_agreed_texts_are_word_for_word(text_id: str) -> None:
    assert TEXTS.sms(text_id, CLINIC, **STAFF_VALUES) == AGREED[text_id]


@pytest.mark.parametrize(("name", "text"), every_sms())
def test_every_text_is_plain_and_fits_two_parts(name: str, text: str) -> None:
    assert is_gsm7(text), name
    assert segments(text) <= 2
    assert len(text) <= 306


@pytest.mark.parametrize(("name", "text"), every_sms())
def test_no_text_names_more_than_two_contacts(name: str, text: str) -> None:
    without_clinic = text.replace(CLINIC.phone, "")
    named = {number for number in TEXTS.contacts if number in without_clinic}
    assert len(named) <= 2, named


@pytest.mark.parametrize(("name", "text"), every_sms())
def test_every_number_is_in_the_directory(name: str, text: str) -> None:
    numbers = re.findall(
        r"\b(?:1-)?\d{3}-\d{3}-\d{4}\b|\b\d{3}-\d{4}\b|\b988\b|\b911\b|\b\d{5,6}\b",
        text.replace(CLINIC.phone, ""),
    )
    assert set(numbers) <= set(TEXTS.contacts)


def test_the_directory_holds_the_numbers_as_their_owners_print_them() -> None:
    expected = {
        "911",
        "988",
        "1-800-799-7233",
        "1-800-656-4673",
        "1-800-422-4453",
        "1-800-222-1222",
        "findahelpline.com",
    }
    assert set(TEXTS.contacts) == expected


@pytest.mark.parametrize(("name", "text"), every_sms())
def test_no_forbidden_phrase_stands_in_a_text(name: str, text: str) -> None:
    assert [phrase for phrase in FORBIDDEN if phrase in text.lower()] == []


@pytest.mark.parametrize("text_id", TEXTS.by_id)
def test_no_text_invites_a_word_the_carrier_acts_on(text_id: str) -> None:
    fixed = TEXTS.by_id[text_id]
    if fixed.names_keywords:
        assert text_id in ("C1", "C9", "C10")
        return
    sms = TEXTS.sms(text_id, CLINIC, **STAFF_VALUES)
    invited = [
        k
        for k in KEYWORDS
        if re.search(rf"(?i:reply|text|send|type) ['\"]?{k}\b", sms) or re.search(rf"\b{k}\b", sms)
    ]
    assert invited == []


@pytest.mark.parametrize("text_id", TEXTS.by_id)
def test_payloads_are_ours_or_an_intent(text_id: str) -> None:
    for option in TEXTS.by_id[text_id].options:
        assert re.fullmatch(r"(screen|alert|anyone|safe|country):[a-z_]+|/[a-z_]+", option.payload)
        assert len(option.label) <= 24


def test_help_comes_before_the_offer_of_a_counselor() -> None:
    for text_id in ("C3", "C3_alerted", "now_suicide", "nobody_eligible", "repeat"):
        text = TEXTS.sms(text_id, CLINIC, line="alerted")
        assert text.index("988") < text.index("counselor") if "counselor" in text else "988" in text


def test_the_line_is_added_only_where_a_text_takes_one() -> None:
    with_line, _ = TEXTS.render("C3_alerted", CLINIC, line="alerted")
    assert with_line.endswith("I am also alerting our counselors now.")
    assert TEXTS.render("C2", CLINIC, line="alerted") == TEXTS.render("C2", CLINIC)


def test_the_line_about_988_is_not_sent_abroad() -> None:
    text, _ = TEXTS.render("outside_us", CLINIC, line="nobody")
    assert "988" not in text
    assert "911" not in text


def test_an_unknown_id_or_line_is_an_error() -> None:
    with pytest.raises(TextError):
        TEXTS.render("C99", CLINIC)
    with pytest.raises(TextError):
        TEXTS.render("C3_alerted", CLINIC, line="soon")


def test_a_file_with_an_unknown_field_names_every_problem(tmp_path: object) -> None:
    from pathlib import Path

    path = Path(str(tmp_path)) / "texts.yml"
    path.write_text(
        "lines: {}\ncontacts: {}\ntexts:\n  A: {text: hi}\n  B: {text: hi, reason: x, colour: red}\n"
    )
    with pytest.raises(TextError, match=r"A:.*B:"):
        load_texts(path)


def test_the_file_is_read_without_a_path() -> None:
    assert DEFAULT_PATH.name == "texts.yml"
    assert isinstance(load_texts(), Texts)
