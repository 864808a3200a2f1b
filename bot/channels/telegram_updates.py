"""Reads one Telegram update: what a person said or did, and what the Bot API wants done about it. No I/O.

Only private chats with people count. A group gets one hint and is left; its words are not read.
"""

import re
from dataclasses import dataclass
from typing import Literal

from telegram import CallbackQuery, ChatMemberUpdated, InlineKeyboardMarkup, Message, Update
from telegram.constants import ChatMemberStatus, ChatType

from bot.channels.base import Incoming

Side = Literal["client", "staff"]

GROUP_HINT = "I only talk with one person at a time. Please message me privately."

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@\w+)?(?:\s+(.*))?$", re.DOTALL)
_PRESS = re.compile(r"\d{1,19}:\d{1,3}$")
_DEEP_LINK = re.compile(r"(?=.*[0-9_-])[A-Za-z0-9_-]{1,64}$")  # a word without any of these may be a person's
_ENROLMENT = re.compile(r"[A-Za-z0-9_-]{20,64}$")
_UNREADABLE_PRESS = "unknown"

# What a client's command says in plain words; the words go the way of every message.
_CLIENT_WORDS = {
    "start": "start",
    "help": "help",
    "stop": "stop",
    "privacy": "who can see my messages",
    "delete": "i want my data deleted",
    "human": "let me talk to a person",
}
_STAFF_WORDS = {"stop": "away", "start": "help"}
_STAFF_VERBS = frozenset({"take", "pass", "done", "note", "transfer", "away", "back", "who", "help"})
_STAFF_TAG = re.compile(r"[A-Za-z]\d{1,5}$")

# Things that Telegram itself writes into a private chat; nobody said anything.
_NOTICES = (
    "pinned_message",
    "message_auto_delete_timer_changed",
    "write_access_allowed",
    "connected_website",
    "chat_background_set",
    "proximity_alert_triggered",
    "users_shared",
    "chat_shared",
    "boost_added",
)


@dataclass(frozen=True)
class AnswerPress:
    """A button was pressed: its progress bar is to be stopped."""

    query_id: str


@dataclass(frozen=True)
class Leave:
    """The bot is in a group: say the hint once (not in a channel), then leave."""

    chat: int
    hint: str | None


@dataclass(frozen=True)
class Enrol:
    """A staff member opened an enrolment link: the token in it and the chat it came from."""

    channel: str
    address: str
    token: str


Thing = Incoming | AnswerPress | Leave | Enrol


@dataclass(frozen=True)
class Reader:
    """Reads the updates of one bot."""

    channel: str
    side: Side
    bot_id: str

    def read(self, update: Update) -> list[Thing]:
        """What this update holds, the message first. Nothing for what is nobody's word."""
        if update.callback_query is not None:
            return self._press(update, update.callback_query)
        if update.my_chat_member is not None:
            return self._membership(update, update.my_chat_member)
        if update.message is not None:
            return self._message(update, update.message)
        return self._edit(update, update.edited_message) if update.edited_message is not None else []

    def _incoming(
        self,
        update: Update,
        chat: int,
        text: str,
        kind: str,
        press: str | None = None,
        number: int | None = None,
    ) -> Incoming:
        """`number` is the message's own in its chat: with it the text can be taken off the chat again."""
        external_id = f"{self.bot_id}:{update.update_id}" + (f":{number}" if number is not None else "")
        return Incoming(self.channel, str(chat), external_id, text, press=press, kind=kind)

    def _message(self, update: Update, message: Message) -> list[Thing]:
        if message.chat.type != ChatType.PRIVATE:
            return [_leave(message)]
        if not _from_a_person(message) or any(getattr(message, name, None) for name in _NOTICES):
            return []
        if message.text is None:
            kind = "sticker" if message.sticker else "media"
            caption = (message.caption or "") if self.side == "client" else ""
            return [self._incoming(update, message.chat.id, caption, kind, number=message.message_id)]
        token = _enrolment(message.text) if self.side == "staff" else None
        if token is not None:
            return [Enrol(self.channel, str(message.chat.id), token)]
        text, kind = self._words(message.text)
        return [self._incoming(update, message.chat.id, text, kind, number=message.message_id)]

    def _edit(self, update: Update, message: Message) -> list[Thing]:
        """A client's new words are screened again. A counselor's edit has no words: it can mean no new text."""
        said = message.text if message.text is not None else message.caption
        if message.chat.type != ChatType.PRIVATE or not _from_a_person(message) or said is None:
            return []
        text = self._words(said)[0] if self.side == "client" else ""
        return [self._incoming(update, message.chat.id, text, "edited")]

    def _press(self, update: Update, query: CallbackQuery) -> list[Thing]:
        """A button counts in the private chat of the one who pressed it, and nowhere else."""
        answer, message = AnswerPress(query.id), query.message
        if message is None or message.chat.type != ChatType.PRIVATE or message.chat.id != query.from_user.id:
            return [answer]
        data = query.data or ""
        press = data if _PRESS.match(data) else _UNREADABLE_PRESS
        label = _label(message.reply_markup, data) if isinstance(message, Message) else ""
        return [self._incoming(update, message.chat.id, label, "text", press), answer]

    def _membership(self, update: Update, change: ChatMemberUpdated) -> list[Thing]:
        now, before = change.new_chat_member.status, change.old_chat_member.status
        if change.chat.type != ChatType.PRIVATE:
            inside = now in (ChatMemberStatus.MEMBER, ChatMemberStatus.ADMINISTRATOR)
            hint = None if change.chat.type == ChatType.CHANNEL else GROUP_HINT
            return [Leave(change.chat.id, hint)] if inside else []
        if now == ChatMemberStatus.BANNED:
            return [self._incoming(update, change.chat.id, self._said("stop", "away"), "blocked")]
        if before == ChatMemberStatus.BANNED:
            return [self._incoming(update, change.chat.id, self._said("start", "back"), "unblocked")]
        return []

    def _said(self, by_client: str, by_staff: str) -> str:
        return by_client if self.side == "client" else by_staff

    def _words(self, text: str) -> tuple[str, str]:
        """(the words of a text, its kind): a command becomes plain words and loses none that a person added."""
        found = _COMMAND.match(text)
        if found is None:
            return text, "text"
        name, rest = found.group(1).lower(), (found.group(2) or "").strip()
        return _staff_command(name, rest) if self.side == "staff" else _client_command(text, name, rest)


def _client_command(text: str, name: str, rest: str) -> tuple[str, str]:
    words = _CLIENT_WORDS.get(name)
    if words is None:
        return text, "text"
    if name == "start" and _DEEP_LINK.match(rest):
        rest = ""
    return (f"{words} {rest}" if rest else words), "command"


def _staff_command(name: str, rest: str) -> tuple[str, str]:
    """A slash never reaches a client: what is no command of ours asks for help."""
    word = _STAFF_WORDS.get(name, name)
    if word in _STAFF_VERBS or _STAFF_TAG.match(word):
        return f"{word} {rest}".strip(), "command"
    return "help", "command"


def _enrolment(text: str) -> str | None:
    found = _COMMAND.match(text)
    if found is None or found.group(1).lower() != "start":
        return None
    token = (found.group(2) or "").strip()
    return token if _ENROLMENT.match(token) else None


def _from_a_person(message: Message) -> bool:
    return message.from_user is not None and not message.from_user.is_bot


def _leave(message: Message) -> Leave:
    return Leave(message.chat.id, None if message.chat.type == ChatType.CHANNEL else GROUP_HINT)


def _label(markup: InlineKeyboardMarkup | None, data: str) -> str:
    """What stood on the pressed button, as our own message shows it."""
    rows = markup.inline_keyboard if markup is not None else ()
    return next((button.text for row in rows for button in row if button.callback_data == data), "")
