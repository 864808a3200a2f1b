"""The main job over Telegram on both sides: the service, a bot for clients, a bot for staff, two doubles."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import update as change

from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_bot import Connection
from bot.channels.telegram_intake import TelegramIntake
from bot.channels.telegram_pace import Pace
from bot.channels.telegram_poller import Patience, TelegramPoller
from bot.channels.telegram_updates import Side
from bot.ending import ended
from bot.services.context import Context
from bot.services.receive import receive_from_client, receive_from_staff
from bot.store import counselors
from bot.store.tables import counselor
from tests.conftest import World, until
from tests.doubles.telegram_double import TOKEN, TelegramDouble, telegram_double
from tests.protocol.planted import remember
from tests.protocol.telegram_fixtures import raw

QUICK = Patience(long_poll=5, lock=0.05, heartbeat=0.2, frozen=5, retry=0.05)
STAFF_TOKEN = "5550101:test-token-of-the-staff-bot"


@dataclass
class Person:
    """Somebody with Telegram, in a private chat with one bot."""

    double: TelegramDouble
    chat: int
    heard: int = 0
    numbers: list[int] = field(default_factory=lambda: [0])

    def _update(self, **what: Any) -> dict[str, Any]:
        self.numbers.append(self.chat % 10_000 * 100 + len(self.numbers))
        return {"update_id": self.numbers[-1], **what}

    def _user(self) -> dict[str, Any]:
        return {"id": self.chat, "is_bot": False, "first_name": "Somebody"}

    def _chat(self) -> dict[str, Any]:
        return {"id": self.chat, "type": "private", "first_name": "Somebody"}

    async def says(self, text: str) -> dict[str, Any]:
        remember(text)
        message = {
            "message_id": 7,
            "date": 1795420800,
            "from": self._user(),
            "chat": self._chat(),
            "text": text,
        }
        update = self._update(message=message)
        await self.double.brings(update)
        return update

    async def brings(self, name: str, text: str | None = None) -> None:
        """What a fixture holds; all of them are from the chat of the client."""
        fixture = raw(name, text=text)
        del fixture["update_id"]
        await self.double.brings(self._update(**fixture))

    def sent(self) -> list[dict[str, Any]]:
        return [call for call in self.double.called("sendMessage") if call["chat_id"] == self.chat]

    async def presses(self, label: str) -> None:
        call, token = next(
            (call, button["callback_data"])
            for call in reversed(self.sent())
            for row in call.get("reply_markup", {}).get("inline_keyboard", [])
            for button in row
            if button["text"].lower() == label.lower()
        )
        shown = {
            "message_id": 8,
            "date": 1795420800,
            "chat": self._chat(),
            "text": call["text"],
            "reply_markup": call["reply_markup"],
        }
        query = {"id": "1", "from": self._user(), "chat_instance": "1", "message": shown, "data": token}
        await self.double.brings(self._update(callback_query=query))

    async def hears(self, words: str) -> str:
        async def look() -> str | None:
            for place, call in enumerate(self.sent(), start=1):
                if place > self.heard and words.lower() in call["text"].lower():
                    self.heard = place
                    return str(call["text"])
            return None

        return str(await until(look))


@dataclass
class Talk:
    """A client and a counselor, each on Telegram."""

    world: World
    dana: Person
    tess: Person


@pytest.fixture
async def talk(world: World) -> AsyncIterator[Talk]:
    context = world.service.context
    async with AsyncExitStack() as stack:
        doubles = [await stack.enter_async_context(telegram_double()) for _ in range(2)]
        doubles[1].token = STAFF_TOKEN
        dana, tess = Person(doubles[0], 5550142), Person(doubles[1], 5550163)
        await _only_counselor(context, str(tess.chat))
        clients = partial(receive_from_client, context)
        staff = partial(receive_from_staff, context)
        for name, side, token, double, receive in (
            ("telegram", "client", TOKEN, doubles[0], clients),
            ("staff-telegram", "staff", STAFF_TOKEN, doubles[1], staff),
        ):
            await stack.enter_async_context(
                RunningBot(world, name, side, Connection(token, double.url), receive)
            )
        yield Talk(world, dana, tess)


class RunningBot:
    """One bot of the service: its channel and its poller, for the length of a test."""

    def __init__(
        self, world: World, name: str, side: Side, connection: Connection, receive: Any, enrol: Any = None
    ) -> None:
        channel = TelegramChannel(name, connection, pace=Pace(sleep=_at_once))
        world.service.context.channels = {**world.service.context.channels, name: channel}
        self.connection = connection
        self.intake = TelegramIntake(connection, name, side, receive, enrol)
        self.poller = TelegramPoller(connection, self.intake.take, world.dsn, name=name, patience=QUICK)

    async def __aenter__(self) -> None:
        self.task = asyncio.create_task(self.poller.run())

    async def __aexit__(self, *_: object) -> None:
        await ended(self.task)
        await self.intake.close()
        await self.connection.close()


async def _at_once(_seconds: float) -> None:
    """The pace has tests of its own."""


async def _only_counselor(context: Context, address: str) -> None:
    async with context.database.transaction() as tx:
        await tx.run(change(counselor).values(active=False))
        await counselors.enrol(
            tx,
            counselor_id=str(uuid4()),
            channel="staff-telegram",
            address=address,
            name="Tess",
            traits=[],
            about="",
            role="counselor",
        )


async def test_a_client_asks_is_answered_is_handed_over_and_handed_back(
    talk: Talk, logged: io.StringIO
) -> None:
    dana, tess, world = talk.dana, talk.tess, talk.world
    await dana.says("What is a first session like?")
    await dana.hears("automated assistant")
    await dana.hears("answer to: What is a first session like?")
    world.dialogue.down = True
    await dana.says("and after that?")
    await dana.hears("a part of me is not working")
    await dana.presses("ask a counselor")
    alert = await tess.hears("new conversation waiting")
    assert "first session" not in alert
    tag = alert.rsplit("Case ", 1)[1].rstrip(".")
    await tess.presses(f"TAKE {tag}")
    await tess.hears(f"{tag} is yours")
    await dana.hears("Tess, a counselor, has joined")
    await tess.says("Hello, I am here.")
    await dana.hears("Tess: Hello, I am here.")
    await dana.says("thank you for coming")
    await tess.hears(f"{tag}: thank you for coming")
    await tess.says(f"/done {tag}")
    await dana.hears("Tess has left")
    assert len(dana.double.called("answerCallbackQuery")) == 1
    assert not [s for s in ("first session", "5550142", "test-token", "5550163") if s in logged.getvalue()]


async def test_a_client_never_reaches_a_staff_command(talk: Talk) -> None:
    await talk.dana.says("/take K1")
    await talk.dana.hears("answer to: take K1")
    assert [asked["trusted"] for asked in talk.world.dialogue.asked] == [False]


async def test_words_for_the_staffs_bot_from_nobody_we_know_hear_one_neutral_text(
    talk: Talk,
) -> None:
    stranger = Person(talk.tess.double, 5550199)
    await stranger.says("WHO")
    await talk.tess.says("WHO")
    await talk.tess.hears("waiting")
    assert all("for our staff" in sent["text"] for sent in stranger.sent())


async def test_a_crisis_is_answered_over_telegram_with_help(talk: Talk) -> None:
    await talk.dana.says("I want to end my life tonight")
    await talk.dana.hears("988")
    await talk.tess.hears("Priority: CRISIS")


async def test_who_stopped_hears_nothing_until_start(talk: Talk) -> None:
    await talk.dana.says("/stop")
    await talk.dana.hears("you are unsubscribed")
    await talk.dana.says("are you there?")
    await talk.dana.says("/start")
    await talk.dana.hears("Welcome back")
    assert talk.world.dialogue.asked == []


async def test_who_blocks_the_bot_hears_nothing_until_unblocking_it(talk: Talk) -> None:
    await talk.dana.says("hello")
    await talk.dana.hears("answer to: hello")
    talk.dana.double.blocked.add(talk.dana.chat)
    await talk.dana.brings("blocked")
    await talk.dana.says("what a person who blocked cannot even write")
    talk.dana.double.blocked.clear()
    await talk.dana.brings("unblocked")
    await talk.dana.hears("Welcome back")
    assert [asked["text"] for asked in talk.world.dialogue.asked] == ["hello"]


async def test_an_edit_is_screened_again_and_not_answered_again(talk: Talk) -> None:
    await talk.dana.brings("edited", text="hello there, edited")
    await talk.dana.says("and now?")
    await talk.dana.hears("answer to: and now?")
    assert [asked["text"] for asked in talk.world.dialogue.asked] == ["and now?"]
    await talk.dana.brings("edited", text="I want to end my life tonight")
    await talk.dana.hears("988")


@pytest.mark.parametrize("name", ["photo", "voice", "document", "sticker", "location"])
async def test_who_sends_what_is_no_text_is_told(talk: Talk, name: str) -> None:
    await talk.dana.brings(name)
    await talk.dana.hears("I can only read text")


async def test_a_button_of_an_earlier_question_is_refused_politely(talk: Talk) -> None:
    await talk.dana.brings("press")
    await talk.dana.hears("belongs to an earlier question")


async def test_words_of_a_caption_are_screened(talk: Talk) -> None:
    await talk.dana.brings("photo_with_caption", text="I want to end my life tonight")
    await talk.dana.hears("988")


async def test_the_same_update_twice_is_answered_once(talk: Talk) -> None:
    update = await talk.dana.says("hello")
    await talk.dana.hears("answer to: hello")
    await talk.dana.double.brings(update)
    await talk.dana.says("goodbye")
    await talk.dana.hears("answer to: goodbye")
    assert [asked["text"] for asked in talk.world.dialogue.asked] == ["hello", "goodbye"]
