"""Twilio and Telegram as others wrote them, running for the length of a test session, and the people who use them.

Twilio is `emulate` behind `prism`, which refuses what Twilio's own description of its API does not allow.
"""

import json
import re
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from tests.doubles.installed import Doubles, installed
from tests.live import Listener, until

ACCOUNT, TOKEN = "AC" + "5" * 32, "a twilio token for tests"
CLIENTS_NUMBER, STAFF_NUMBER = "+15550100100", "+15550100188"
CLIENTS_BOT, STAFF_BOT = "5550100:test-token-of-the-clients-bot", "5550101:test-token-of-the-staff-bot"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(command: list[Path | str], log: Path) -> Iterator[subprocess.Popen[str]]:
    """A child with an open standard input; it is ended with the block, by force if need be."""
    with log.open("w") as out:
        words = [str(word) for word in command]
        child = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=out, text=True, cwd=log.parent
        )
        try:
            yield child
        finally:
            child.terminate()
            try:
                child.wait(5)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait(5)
            for end in (child.stdin, child.stdout):
                assert end is not None
                end.close()


def line_with(child: subprocess.Popen[str], words: str, log: Path) -> str:
    assert child.stdout is not None
    seen = []
    for line in child.stdout:
        seen.append(line)
        if words in line:
            return line
    raise AssertionError(f"a double ended:\n{''.join(seen)}\n{log.read_text()}")


@dataclass
class TwilioEmulated:
    """`api` is what the service is told Twilio's address is; `http` reaches the emulator behind it, as the account."""

    api: str
    http: httpx.Client

    def brings_to(self, public_url: str, numbers: tuple[str, ...] = (CLIENTS_NUMBER, STAFF_NUMBER)) -> None:
        """Where texts and calls to our numbers go from now on."""
        listed = self.http.get(f"/2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers.json").json()
        for number in listed["incoming_phone_numbers"]:
            if number["phone_number"] in numbers:
                path = f"/2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers/{number['sid']}.json"
                data = {"SmsUrl": f"{public_url}/twilio/incoming", "VoiceUrl": f"{public_url}/twilio/call"}
                assert self.http.post(path, data=data).status_code == 200

    def messages(self, **query: str) -> list[dict[str, Any]]:
        """The texts of the account, oldest first, with Twilio's filters (To, From)."""
        path = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
        found = self.http.get(path, params={"PageSize": "1000", **query}).json()["messages"]
        return [*reversed(found)]

    def becomes(self, sid: str, status: str) -> None:
        """The carrier reports on a text: a signed receipt goes to the address that came with it."""
        said = {"MessageSid": sid, "Status": status}
        assert self.http.post("/_twilio/simulate/message-status", data=said).status_code == 200

    def deliveries(self) -> list[tuple[str, int]]:
        """(event, our answer) of the newest fifty webhooks, newest first; 0: there was no answer."""
        page = self.http.get("/", params={"tab": "webhooks"}).text
        rows = re.findall(r"<tr><td>([\w.-]+)</td><td>[^<]*</td><td>(\d*)</td>", page)
        return [(event, int(status or 0)) for event, status in rows]


@dataclass
class SmsPerson(Listener):
    """Somebody with a phone that can text and call."""

    twilio: TwilioEmulated
    number: str
    to: str = CLIENTS_NUMBER
    heard: int = 0

    @property
    def id(self) -> str:
        return self.number

    def says(self, text: str) -> None:
        sent = {"From": self.number, "To": self.to, "Body": text}
        assert self.twilio.http.post("/_twilio/simulate/inbound-message", data=sent).status_code == 201

    def texts(self) -> list[dict[str, Any]]:
        """What came to this phone from the number they write to."""
        found = self.twilio.messages(To=self.number)
        mine = [m for m in found if m["direction"] == "outbound-api" and m["from"] == self.to]
        return [{"id": place, "text": m["body"], "sid": m["sid"]} for place, m in enumerate(mine, start=1)]

    def chooses_first(self) -> None:
        """Answer the newest question by its first number."""
        assert any("1 = " in text["text"] for text in self.texts()[-1:]), self.texts()[-1:]
        self.says("1")


@dataclass
class TelegramEmulated:
    """The Bot API of two bots."""

    url: str
    http: httpx.Client
    ids: Iterator[int] = field(default_factory=lambda: count(1))

    def brings(self, token: str, **update: Any) -> None:
        body = {"token": token, "update": update}
        answer = self.http.post("/__fixture/updates", json=body)
        assert answer.json()["ok"], answer.text

    def calls(self, method: str | None = None) -> list[dict[str, Any]]:
        found = self.http.get("/__fixture/calls").json()
        return [call for call in found if method in (None, call["method"])]

    def fails(self, method: str, code: int, *, times: int = 1, retry_after: int | None = None) -> None:
        fault = {"method": method, "error_code": code, "times": times}
        if retry_after is not None:
            fault["retry_after"] = retry_after
        self.http.post("/__fixture/faults", json=fault).raise_for_status()

    def ours(self, method: str | None = None) -> list[dict[str, Any]]:
        """The calls of our two bots. By other bots a test makes wrong calls itself."""
        bots = {token.partition(":")[0] for token in (CLIENTS_BOT, STAFF_BOT)}
        return [call for call in self.calls(method) if call["bot"] in bots]

    def problems(self) -> list[str]:
        """What aiogram's models say against our calls, each once."""
        return sorted({f"{c['method']}: {c['problem']}" for c in self.ours() if c["problem"]})


@dataclass
class TelegramPerson(Listener):
    """Somebody in a private chat with one of the bots."""

    telegram: TelegramEmulated
    chat: int
    token: str = CLIENTS_BOT
    heard: int = 0

    @property
    def id(self) -> str:
        return str(self.chat)

    @property
    def user(self) -> dict[str, Any]:
        return {"id": self.chat, "is_bot": False, "first_name": "Somebody"}

    def message(self, text: str) -> dict[str, Any]:
        chat = {"id": self.chat, "type": "private", "first_name": "Somebody"}
        number = next(self.telegram.ids)
        return {"message_id": number, "date": 1795420800, "from": self.user, "chat": chat, "text": text}

    def says(self, text: str) -> None:
        self.telegram.brings(self.token, message=self.message(text))

    def texts(self) -> list[dict[str, Any]]:
        """What the bot sent into this chat, with its buttons."""
        mine = []
        for place, call in enumerate(self.telegram.calls(), start=1):
            fields = call["fields"]
            here = call["bot"] == self.token.partition(":")[0] and str(fields.get("chat_id")) == str(
                self.chat
            )
            if call["method"] == "sendMessage" and call["status"] == 200 and here:
                rows = json.loads(fields.get("reply_markup", "{}")).get("inline_keyboard", [])
                buttons = [{"label": b["text"], "data": b["callback_data"]} for row in rows for b in row]
                mine.append({"id": place, "text": fields["text"], "options": buttons, "call": call})
        return mine

    def chooses_first(self) -> None:
        """Press the first button of the newest question."""
        asked = next(text for text in reversed(self.texts()) if text["options"])
        shown = {**self.message(asked["text"]), "from": {**self.user, "id": 5550100, "is_bot": True}}
        query = {
            "id": str(next(self.telegram.ids)),
            "from": self.user,
            "message": shown,
            "chat_instance": "1",
        }
        self.telegram.brings(self.token, callback_query={**query, "data": asked["options"][0]["data"]})


@contextmanager
def twilio_emulated(doubles: Doubles, folder: Path) -> Iterator[TwilioEmulated]:
    """`emulate` and `prism` on free ports."""
    seed, port, proxy = folder / "twilio.json", free_port(), free_port()
    numbers = [{"phone_number": number} for number in (CLIENTS_NUMBER, STAFF_NUMBER)]
    account = {"sid": ACCOUNT, "auth_token": TOKEN, "friendly_name": "Tests"}
    seed.write_text(json.dumps({"twilio": {"account": account, "phone_numbers": numbers}}))
    log, auth = folder / "emulate.log", (ACCOUNT, TOKEN)
    emulate: list[Path | str] = [doubles.node, doubles.emulate, "start", "--service", "twilio"]
    emulate += ["--port", str(port), "--seed", seed]
    prism: list[Path | str] = [doubles.node, doubles.prism, "proxy", doubles.twilio_api]
    prism += [f"http://127.0.0.1:{port}", "--errors", "--port", str(proxy), "--host", "127.0.0.1"]
    with ExitStack() as stack:
        stack.enter_context(process(emulate, log))
        guard = stack.enter_context(process(prism, folder / "prism.log"))
        http = stack.enter_context(
            httpx.Client(base_url=f"http://127.0.0.1:{port}", auth=auth, trust_env=False, timeout=20)
        )
        line_with(guard, "is listening", folder / "prism.log")
        until(lambda: http.get(f"/2010-04-01/Accounts/{ACCOUNT}.json").status_code == 200)
        yield TwilioEmulated(f"http://127.0.0.1:{proxy}", http)


@contextmanager
def telegram_emulated(doubles: Doubles, folder: Path) -> Iterator[TelegramEmulated]:
    """`lo-bot-api-emulator`, with what stands around it here, on a free port."""
    program = Path(__file__).parent / "others" / "telegram_emulator.py"
    log = folder / "telegram.log"
    with process([doubles.python, program], log) as child:
        url = f"http://127.0.0.1:{int(line_with(child, '', log))}"
        with httpx.Client(base_url=url, trust_env=False, timeout=20) as http:
            yield TelegramEmulated(url, http)


@contextmanager
def both() -> Iterator[tuple[TwilioEmulated, TelegramEmulated]]:
    """Both providers, for a session of tests."""
    doubles = installed()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        twilio = stack.enter_context(twilio_emulated(doubles, Path(folder)))
        yield twilio, stack.enter_context(telegram_emulated(doubles, Path(folder)))
