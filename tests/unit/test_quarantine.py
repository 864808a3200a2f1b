"""Rasa's process knows nothing it could give away: no credential, no master key, no address of a person."""

from pathlib import Path

import pytest

from bot.processes import rasa_command
from bot.settings import ROOT

SECRETS = {
    "WARMLINE_TWILIO_AUTH_TOKEN": "twilio-token",
    "WARMLINE_TELEGRAM_TOKEN": "telegram-token",
    "WARMLINE_MASTER_KEY": "master-key",
    "DATABASE_URL": "postgresql://owner:password@db/warmline",
    "AWS_SECRET_ACCESS_KEY": "cloud-key",
}


def test_nothing_of_our_environment_reaches_rasa_but_what_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    command = rasa_command(
        ROOT,
        python=Path("python"),
        model=Path("m"),
        port=1,
        token="t",
        variables={"WARMLINE_RASA_SECRET": "s"},
    )
    assert not set(SECRETS) & set(command.env)
    assert not set(SECRETS.values()) & set(command.env.values())


def test_rasa_listens_on_loopback_and_no_secret_stands_on_its_command_line() -> None:
    command = rasa_command(
        ROOT, python=Path("python"), model=Path("m"), port=1, token="the-token", variables={}
    )
    assert command.argv[command.argv.index("-i") + 1] == "127.0.0.1"
    assert "the-token" not in command.argv
