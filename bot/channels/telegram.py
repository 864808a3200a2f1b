"""Telegram as a channel: sends a text with its buttons to one chat. Receiving is `telegram_intake.py`.

Buttons carry "<message id>:<place>" and no words. Nothing sent can be forwarded or saved; no text is read as markup.
"""

import re
from collections.abc import Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ChatAction
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    TelegramError,
    TimedOut,
)

from bot.channels.base import OptedOut, OutcomeUnknown, SendError, Sent, Traits
from bot.channels.telegram_bot import Connection, Flood, NotReached
from bot.channels.telegram_pace import MustWait, Pace, Turns
from bot.domain.options import Option

MOST_CHARACTERS = 4096  # of one message, counted as Telegram counts: in UTF-16 code units
_CHAT = re.compile(r"-?\d{1,19}$")  # a chat is a number; a name can be given up and taken by somebody else
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_TOGETHER = "+"  # between the numbers of the parts of one text


class TelegramChannel:
    """One bot as a channel. Clients and staff have a bot each, so no client reaches a staff command."""

    def __init__(
        self, name: str, connection: Connection, *, relay: bool = True, pace: Turns | None = None
    ) -> None:
        self.name = name
        self.traits = Traits(
            buttons=True, repeatable=False, max_chars=MOST_CHARACTERS, relay=relay, deletes=True
        )
        self._connection = connection
        self.pace: Turns = pace or Pace()

    async def send(
        self,
        address: str,
        text: str,
        options: Sequence[Option],
        message_id: int,
        *,
        urgent: bool = False,
    ) -> Sent:
        """Hand one text to Telegram; a text beyond its limit goes out in parts, the buttons under the last."""
        if not _CHAT.match(address):
            raise SendError("no_such_chat", retryable=False)
        *first, last = in_parts(text)
        numbers = [
            await self._part(address, part, None, begun=place > 0, urgent=urgent)
            for place, part in enumerate(first)
        ]
        numbers.append(
            await self._part(address, last, keyboard(options, message_id), begun=bool(first), urgent=urgent)
        )
        return Sent(f"{self._connection.id}:{message_id}:{_TOGETHER.join(map(str, numbers))}", "sent")

    async def forget(self, address: str, external_id: str) -> bool:
        """Delete a text of either side in the chat, all its parts. False for a press of a button, which is no text."""
        number = external_id.split(":")[2:]
        if not number:
            return False
        deleted = [await self._delete(int(address), int(one)) for one in number[0].split(_TOGETHER)]
        return all(deleted)

    async def _delete(self, chat: int, number: int) -> bool:
        try:
            await self._connection.bot.delete_message(chat, number)
        except BadRequest:
            return False  # older than 48 hours, or gone
        except TelegramError as error:
            raise send_error(error) from None
        return True

    async def close(self) -> None:
        await self._connection.close()

    async def show_typing(self, address: str) -> None:
        """Telegram shows it for five seconds or until a text comes (Bot API, sendChatAction)."""
        try:
            await self._connection.bot.send_chat_action(chat_id=int(address), action=ChatAction.TYPING)
        except TelegramError as error:
            raise send_error(error) from None

    async def _part(
        self, address: str, text: str, buttons: InlineKeyboardMarkup | None, *, begun: bool, urgent: bool
    ) -> int:
        try:
            return await self._send(address, text, buttons, urgent=urgent)
        except SendError:
            if begun:  # the beginning stands in the chat already: sending all of it again would show it twice
                raise OutcomeUnknown("partly_sent") from None
            raise

    async def _send(
        self, address: str, text: str, buttons: InlineKeyboardMarkup | None, *, urgent: bool
    ) -> int:
        try:
            await self.pace.turn(address, urgent=urgent)
        except MustWait as wait:
            raise SendError("too_many_requests", retryable=True, after=wait.seconds) from None
        try:
            message = await self._connection.bot.send_message(
                chat_id=int(address),
                text=text,
                reply_markup=buttons,
                protect_content=True,
                link_preview_options=_NO_PREVIEW,
            )
        except Flood as flood:
            await self.pace.hold(address, flood.seconds)
            raise SendError("too_many_requests", retryable=True, after=flood.seconds) from None
        except TelegramError as error:
            raise send_error(error) from None
        return message.message_id


def send_error(error: TelegramError) -> SendError:
    """What a failed call means for the text. Only what Telegram surely did not accept may be tried again."""
    match error:
        case Forbidden():
            return OptedOut("blocked")  # who blocks a bot wants no more texts of it
        case NotReached():
            return SendError("not_reached", retryable=True)
        case InvalidToken():
            return SendError("token_refused", retryable=True)
        case BadRequest() if "chat not found" in error.message.lower():
            return SendError("no_such_chat", retryable=False)
        case BadRequest() | ChatMigrated() | Conflict():
            return SendError("refused", retryable=False)
        case TimedOut():
            return OutcomeUnknown("timed_out")
        case _:
            return OutcomeUnknown("provider_failed")


def keyboard(options: Sequence[Option], message_id: int) -> InlineKeyboardMarkup | None:
    """One button a row. Its data names the question and the place, never what it means."""
    if not options:
        return None
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(option.label, callback_data=f"{message_id}:{place}")]
            for place, option in enumerate(options)
        ]
    )


def in_parts(text: str) -> list[str]:
    """The text in pieces that Telegram takes, cut at spaces where there are any."""
    parts = []
    while _units(text) > MOST_CHARACTERS:
        end = _fitting(text)
        cut = max(text.rfind(" ", end // 2, end), text.rfind("\n", end // 2, end))
        end = cut if cut > 0 else end
        parts.append(text[:end])
        text = text[end:]
    return [part for part in [*parts, text] if part.strip()] or [text]


def _units(text: str) -> int:
    return len(text) + sum(1 for c in text if ord(c) > 0xFFFF)


def _fitting(text: str) -> int:
    used = 0
    for place, c in enumerate(text):
        used += 2 if ord(c) > 0xFFFF else 1
        if used > MOST_CHARACTERS:
            return place
    return len(text)
