"""The pages for operators and counselors say what the code does: addresses, settings, commands."""

import re

import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from bot.channels.sms import STATUS_PATH
from bot.channels.voice import CALL_PATH, ENDED_PATH
from bot.cli import app
from bot.domain.commands import Verb, read_command
from bot.domain.consent import OPT_OUT_WORDS
from bot.settings import ROOT, Settings
from bot.telegram_side import PATHS
from bot.web.twilio import FALLBACK_PATH, INCOMING_PATH

PAGES = ROOT / "docs/how-to"


def page(name: str) -> str:
    return (PAGES / f"{name}.md").read_text(encoding="utf-8")


def test_the_proxy_hands_on_what_telegram_calls() -> None:
    assert all(path.startswith("/telegram/") for path in PATHS.values())
    assert page("behind-a-proxy").count("/telegram/") >= 2


def test_the_addresses_for_twilio_are_those_that_are_served() -> None:
    said = re.findall(r"`https://text\.example\.org(/\S+)`", page("connect-twilio"))
    assert said == [INCOMING_PATH, FALLBACK_PATH, CALL_PATH, ENDED_PATH]
    for path in (*said, STATUS_PATH):
        assert path.startswith("/twilio/"), "the proxies of the page hand on this part alone"


def _variables(name: str) -> dict[str, str]:
    return dict(re.findall(r"^(WARMLINE_[A-Z_]+)=(.+)$", page(name), re.MULTILINE))


@pytest.mark.parametrize("name", ["connect-twilio", "connect-telegram", "enrol-a-counselor"])
def test_the_settings_of_a_page_are_taken_by_the_service(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given = _variables(name)
    assert given
    for variable, value in given.items():
        made_up = {"AC...": "AC" + "0" * 32, "MG...": "MG" + "0" * 32, "...": f"1:{variable}"}
        monkeypatch.setenv(variable, made_up.get(value, value.strip('"')))
    settings = Settings(_env_file=None)
    for variable in given:
        assert getattr(settings, variable.removeprefix("WARMLINE_").lower()) is not None


def test_a_decision_without_its_day_is_no_decision() -> None:
    with pytest.raises(ValidationError, match="together"):
        Settings(_env_file=None, staff_phones_decided_by="Somebody")


def test_calls_go_to_counselors_phones_only_by_a_decision() -> None:
    given = {"twilio_account_sid": "AC" + "0" * 32, "twilio_auth_token": "x", "twilio_number": "+15550100"}
    with pytest.raises(ValidationError, match="STAFF_PHONES_DECIDED_BY"):
        Settings(_env_file=None, public_url="https://text.example.org", calls="counselors", **given)


def test_every_roster_command_of_the_page_is_one() -> None:
    said = re.findall(r"^warmline (roster [a-z]+.*)$", page("enrol-a-counselor"), re.MULTILINE)
    assert len(said) >= 7
    for line in said:
        words = line.split()
        shown = CliRunner().invoke(app, [*words[:2], "--help"], env={"COLUMNS": "200"})
        assert shown.exit_code == 0, line
        for option in (word for word in words if word.startswith("--")):
            assert option in re.sub(r"\x1b\[[0-9;]*m", "", shown.output), (line, option)


CARD = dict(re.findall(r"^\| `([^`]+)` \| (.+) \|$", page("counselors-card"), re.MULTILINE))


@pytest.mark.parametrize(
    ("typed", "verb"),
    [
        ("TAKE K7", Verb.TAKE), ("PASS K7", Verb.PASS), ("K7 your words", Verb.SAY), ("your words", Verb.SAY),
        ("NOTE K7 words", Verb.NOTE), ("DONE K7", Verb.DONE), ("WHO", Verb.WHO), ("AWAY", Verb.AWAY),
        ("BACK", Verb.BACK), ("HELP", Verb.HELP),
    ],
)  # fmt: skip
def test_a_command_of_the_card_does_what_it_says(typed: str, verb: Verb) -> None:
    assert typed in CARD
    assert read_command(typed).verb is verb


def test_the_card_names_every_command_and_warns_of_words_that_end_everything() -> None:
    assert {read_command(typed).verb for typed in CARD} == set(Verb)
    warned = {
        word.lower() for word in re.findall(r"\b[A-Z]{3,}\b", page("counselors-card").split("Never text")[1])
    }
    assert {"stop", "end", "quit", "cancel"} <= warned & OPT_OUT_WORDS
    assert len(page("counselors-card").splitlines()) < 45, "one page"
