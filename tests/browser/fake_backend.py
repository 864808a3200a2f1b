"""An in-memory service behind the pages: enough of the story to look at and test them. No bot, no database.

Run `python -m tests.browser.fake_backend 8099` and open http://127.0.0.1:8099/phones.
"""

import re
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import uvicorn
from fastapi import FastAPI

from bot.domain.sms_text import segments
from bot.web.bell import Bell
from bot.web.pages import static_files
from bot.web.phones import phones_router
from bot.web.phones_port import (
    Handset,
    Kind,
    Option,
    PhoneText,
    TooManyHandsets,
    UnknownHandset,
    UnknownOption,
)

MOST_HANDSETS = 8
_COMMAND = re.compile(r"^\s*(take|pass|done)\s+(k\d+)", re.IGNORECASE)

FIRST_PHONES = (
    Handset("c1", "Client 1", "sms", "client", "Client 1", "+1 555 0101"),
    Handset("c2", "Client 2", "sms", "client", "Client 2", "+1 555 0102"),
    Handset("c3", "Client 3", "telegram", "client", "Client 3", "Telegram"),
    Handset("s1", "Maria", "sms", "staff", "Maria", "Woman · English, Spanish · trained in trauma"),
    Handset("s2", "Tom", "sms", "staff", "Tom", "Man · English · peer"),
    Handset("s3", "Sam", "telegram", "staff", "Sam", "Nonbinary · English"),
)


class FakePhones:
    """Handsets and texts in memory. Words get one canned answer; "person" makes counselors' phones ring."""

    def __init__(self) -> None:
        self.bell = Bell()
        self.phones: dict[str, Handset] = {phone.id: phone for phone in FIRST_PHONES}
        self.kept: dict[str, list[PhoneText]] = {phone.id: [] for phone in FIRST_PHONES}
        self.presses: list[tuple[str, int, str]] = []
        self.broken = False
        self._next = 0

    async def handsets(self) -> Sequence[Handset]:
        return list(self.phones.values())

    async def add_client(self, kind: Kind) -> Handset:
        if len(self.phones) >= MOST_HANDSETS:
            raise TooManyHandsets
        number = sum(phone.side == "client" for phone in self.phones.values()) + 1
        about = f"+1 555 01{number:02}" if kind == "sms" else "Telegram"
        phone = Handset(f"c{number}", f"Client {number}", kind, "client", f"Client {number}", about)
        self.phones[phone.id], self.kept[phone.id] = phone, []
        self.bell.ring(phone.id)
        return phone

    async def texts(self, handset_id: str, after_id: int = 0) -> Sequence[PhoneText]:
        self._known(handset_id)
        return [text for text in self.kept[handset_id] if text.id > after_id]

    async def send_text(self, handset_id: str, text: str) -> None:
        phone = self._known(handset_id)
        self._keep(handset_id, "from_phone", text)
        if phone.side == "client":
            self._answer_client(handset_id, text)
        else:
            self._answer_staff(handset_id, text)

    async def press(self, handset_id: str, text_id: int, token: str) -> None:
        self._known(handset_id)
        found = [o for text in self.kept[handset_id] if text.id == text_id for o in text.options]
        option = next((option for option in found if option.token == token), None)
        if option is None:
            raise UnknownOption
        self.presses.append((handset_id, text_id, token))
        await self.send_text(handset_id, option.label)

    def changes(self) -> AsyncIterator[str]:
        return self.bell.listen()

    def deliver(self, handset_id: str, text: str, *labels: str, status: str = "delivered") -> PhoneText:
        """A text arrives on a phone; on an SMS-like one the options stand in it."""
        sms = self.phones[handset_id].kind == "sms"
        choices = ", ".join(f"{n} = {label}" for n, label in enumerate(labels, start=1))
        shown = f"{text} Reply {choices}." if labels and sms else text
        options = [Option(n, label, f"t{n}") for n, label in enumerate(labels, start=1)]
        return self._keep(handset_id, "to_phone", shown, options, status)

    def _known(self, handset_id: str) -> Handset:
        if handset_id not in self.phones:
            raise UnknownHandset
        if self.broken:
            raise RuntimeError("the fake is broken, as the test asked")
        return self.phones[handset_id]

    def _keep(
        self,
        handset_id: str,
        direction: str,
        text: str,
        options: Sequence[Option] = (),
        status: str = "delivered",
    ) -> PhoneText:
        self._next += 1
        self.kept[handset_id] = [replace(old, open_options=False) for old in self.kept[handset_id]]
        kept = PhoneText(
            self._next,
            direction,  # type: ignore[arg-type]
            text,
            options,
            bool(options),
            datetime.now(UTC).isoformat(),
            status,
            segments(text),
        )
        self.kept[handset_id].append(kept)
        self.bell.ring(handset_id)
        return kept

    def _answer_client(self, handset_id: str, text: str) -> None:
        if "person" in text.lower():
            self.deliver(handset_id, "I can ask a counselor to join you here.", "go ahead", "not now")
            for staff in ("s1", "s3"):
                self.deliver(
                    staff, "[TD] New conversation waiting. Priority: normal. Case K7.", "TAKE K7", "PASS K7"
                )
            return
        self.deliver(
            handset_id,
            "Our article says: whenever you think you need one. You don't have to wait for the worst.",
            "tell me more",
            "talk to a person",
        )

    def _answer_staff(self, handset_id: str, text: str) -> None:
        command = _COMMAND.match(text)
        if command is None:
            self.deliver("c1", text)
        elif command.group(1).lower() == "take":
            self.deliver(handset_id, "K7 is yours. Reply with K7 and your words.")
            self.deliver("c1", f"{self.phones[handset_id].name}, a counselor, has joined.")


def make_app(phones: FakePhones) -> FastAPI:
    app = FastAPI()
    app.include_router(phones_router(phones))
    app.mount("/static", static_files())
    return app


if __name__ == "__main__":
    uvicorn.run(make_app(FakePhones()), port=int(sys.argv[1]), timeout_graceful_shutdown=1)
