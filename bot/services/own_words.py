"""A client's own words about their needs are for the counselor who took the conversation (rules R3.6), and nobody else.

What this hides at the desk: the note, what not to ask about, and in the transcript the answers to the questions about
needs with the text that says them back. What the safety screen marked is never hidden.
"""

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.needs import Needs
from bot.store.messages import Message

Lines = Sequence[tuple[Message, str | None]]
HIDDEN = "(about their needs: for whoever takes it)"
_QUESTION, _SAID_BACK = '"need_', '"need_confirm.'


def without_own_words(needs: Needs) -> Needs:
    """The traits alone: they decide who may take it."""
    return replace(needs, note="", do_not_ask=())


def hides_anything(needs: Needs) -> bool:
    return needs != without_own_words(needs)


def veiled(lines: Lines) -> Lines:
    """The transcript without what was answered about needs."""
    shown, asked = [], False
    for message, level in lines:
        hidden = level in (None, "clear") and (
            asked if message.author == "client" else _offers(message, _SAID_BACK)
        )
        if message.author != "client":
            asked = _offers(message, _QUESTION) or (asked and not message.options)
        shown.append((replace(message, text=HIDDEN) if hidden else message, level))
    return shown


def _offers(message: Message, what: str) -> bool:
    return any(what in option.payload for option in message.options)
