"""What the protocol tests share: providers that others wrote, and one running Warmline that is connected to them."""

import io
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.log import set_up_logging
from tests.doubles.emulated import (
    ACCOUNT,
    CLIENTS_BOT,
    CLIENTS_NUMBER,
    STAFF_BOT,
    STAFF_NUMBER,
    TOKEN,
    SmsPerson,
    TelegramEmulated,
    TelegramPerson,
    TwilioEmulated,
    both,
    free_port,
)
from tests.live import Live
from tests.protocol.planted import leaks
from tests.protocol.sms_world import sms

__all__ = ["sms"]

Person = SmsPerson | TelegramPerson
_FIRST = "555017"  # the numbers and chats of this session's people begin like this: no log line may hold it


@dataclass
class Connected:
    """A running Warmline with both providers on both sides, and its counselors."""

    live: Live
    twilio: TwilioEmulated
    telegram: TelegramEmulated
    people: int = 0

    def client(self, kind: str) -> Person:
        self.people += 1
        number = int(f"{_FIRST}{self.people:04d}")
        if kind == "sms":
            return SmsPerson(self.twilio, f"+1{number}")
        return TelegramPerson(self.telegram, number)

    def operator(self, *command: str) -> str:
        """One of the operator's commands on this installation; what it prints."""
        env = {"WARMLINE_DATA_DIR": str(self.live.data_dir), **self.live.env}
        done = CliRunner().invoke(app, command, env=env)  # in this process: starting Python takes seconds
        assert done.exit_code == 0, done.output
        return done.stdout

    def counselor(self, name: str, gender: str, kind: str) -> Person:
        """Somebody put on the roster and enrolled, as an operator and a counselor do it."""
        added = self.operator("roster", "add", "--name", name, "--gender", gender)
        who = re.findall(r"id (\w+)", added)[0]
        invited = self.operator("roster", "enrol", who, "--by", kind)
        person = self.client(kind)
        if isinstance(person, SmsPerson):
            person.to = STAFF_NUMBER
            person.says(next(line for line in invited.splitlines() if line.startswith("JOIN")))
        else:
            person.token = STAFF_BOT
            person.says("/start " + re.findall(r"start=([\w-]+)", invited)[0])
        number = re.findall(r"\b\d{4}\b", person.hears("Tell your operator this number"))[0]
        self.operator("roster", "confirm", who, number)
        person.hears("now gets alerts")
        return person


@pytest.fixture(scope="session")
def providers() -> Iterator[tuple[TwilioEmulated, TelegramEmulated]]:
    """Twilio and Telegram as others wrote them."""
    with both() as running:
        yield running


@pytest.fixture(scope="session")
def connected(
    providers: tuple[TwilioEmulated, TelegramEmulated], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Connected]:
    """One Warmline for all: two numbers, two bots, no simulated phones, and the real model."""
    twilio, telegram = providers
    port = free_port()
    public_url = f"http://127.0.0.1:{port}"
    env = {
        "WARMLINE_DEMONSTRATION": "false",
        "WARMLINE_PUBLIC_URL": public_url,
        "WARMLINE_WEBHOOK_PORT": str(port),
        "WARMLINE_TWILIO_ACCOUNT_SID": ACCOUNT,
        "WARMLINE_TWILIO_AUTH_TOKEN": TOKEN,
        "WARMLINE_TWILIO_NUMBER": CLIENTS_NUMBER,
        "WARMLINE_TWILIO_STAFF_NUMBER": STAFF_NUMBER,
        "WARMLINE_TWILIO_API": twilio.api,
        "WARMLINE_TELEGRAM_TOKEN": CLIENTS_BOT,
        "WARMLINE_TELEGRAM_STAFF_TOKEN": STAFF_BOT,
        "WARMLINE_TELEGRAM_API_BASE_URL": telegram.url,
        "WARMLINE_STAFF_PHONES_DECIDED_BY": "the tests",
        "WARMLINE_STAFF_PHONES_DECIDED_ON": "2026-11-24",
    }
    twilio.brings_to(public_url)
    live = Live(tmp_path_factory.mktemp("connected") / "data", env)
    try:
        yield Connected(live.start(), twilio, telegram)
    finally:
        live.stop()
    assert leaks(live.logs()) == []


@pytest.fixture(autouse=True)
def nothing_personal_in_the_logs() -> Iterator[None]:
    """No text, number, chat or token stands in any line that any of these tests logs, not even before redaction.

    The lines are caught as production makes them, from DEBUG on, ahead of the filter that would take numbers out.
    """
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    set_up_logging("DEBUG", None)
    lines = io.StringIO()
    root.handlers[:] = [logging.StreamHandler(lines), *handlers]
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    assert leaks(lines.getvalue()) == []
