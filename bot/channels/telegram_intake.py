"""Takes in one update of a bot: first what was said is stored, then what the Bot API wants is done, in the background.

What storing means is given from outside; an error of it goes to the caller, so that the update comes again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any

import structlog
from telegram import Update
from telegram.error import TelegramError

from bot.channels.base import Incoming
from bot.channels.telegram_bot import Connection, is_empty
from bot.channels.telegram_updates import AnswerPress, Enrol, Leave, Reader, Side, Thing

log = structlog.get_logger("telegram")

Receive = Callable[[Incoming], Awaitable[object]]
EnrolStaff = Callable[[str, str, str], Awaitable[object]]  # channel, address, token
MOST_LEFT = 1_000  # groups remembered as left


class TelegramIntake:
    """One bot's way in, for the poller and the webhook alike."""

    def __init__(
        self,
        connection: Connection,
        channel: str,
        side: Side,
        receive: Receive,
        enrol: EnrolStaff | None = None,
    ) -> None:
        self.channel = channel
        self._bot = connection.bot
        self._reader = Reader(channel, side, connection.id)
        self._receive, self._enrol = receive, enrol
        self._left: dict[int, None] = {}
        self._asides: set[asyncio.Task[None]] = set()

    async def take(self, update: Update) -> None:
        """When this returns, the update is safe and may be confirmed. It may come again: nothing happens twice."""
        for thing in self._read(update):
            await self._do(thing)

    def _read(self, update: Update) -> Iterable[Thing]:
        """What is in it. One that lacks what every update has is dropped: it would come again for ever."""
        try:
            found = [_checked(thing) for thing in self._reader.read(update)]
        except Exception as error:
            found = []
            log.warning("telegram.update_odd", channel=self.channel, error=type(error).__name__)
        if is_empty(update):
            log.warning("telegram.update_not_read", channel=self.channel, update_id=update.update_id)
        return found

    async def _do(self, thing: Thing) -> None:
        match thing:
            case Incoming():
                await self._receive(thing)
            case Enrol() if self._enrol is not None:
                await self._enrol(thing.channel, thing.address, thing.token)
            case AnswerPress():
                self._aside(self._answer(thing.query_id))
            case Leave() if thing.chat not in self._left:
                self._remember_left(thing.chat)
                self._aside(self._leave(thing))
            case _:
                return

    async def _answer(self, query_id: str) -> None:
        await self._bot.answer_callback_query(query_id)

    async def _leave(self, leave: Leave) -> None:
        try:
            if leave.hint is not None:
                await self._bot.send_message(leave.chat, leave.hint, protect_content=True)
        finally:
            await self._bot.leave_chat(leave.chat)

    def _remember_left(self, chat: int) -> None:
        self._left[chat] = None
        if len(self._left) > MOST_LEFT:
            self._left.pop(next(iter(self._left)))

    def _aside(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it without keeping the next update waiting. It is a courtesy: a failure is only counted."""

        async def quietly() -> None:
            try:
                await work
            except TelegramError as error:
                log.info("telegram.aside_failed", channel=self.channel, error=type(error).__name__)

        task = asyncio.create_task(quietly())
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)

    async def close(self) -> None:
        """Let what is under way come to its end."""
        await asyncio.gather(*self._asides, return_exceptions=True)


def _checked(thing: Thing) -> Thing:
    """The library checks no types. Raises TypeError for what cannot be kept: an id that is none, words that are none."""
    match thing:
        case Incoming(_, address, external_id, text, press):
            ids = (address, external_id, *([press] if press is not None else []))
            if not isinstance(text, str) or not all(isinstance(i, str) and i.isprintable() for i in ids):
                raise TypeError("not an id, or not text")
        case Leave(chat=chat) if not isinstance(chat, int):
            raise TypeError("not a chat")
    return thing
