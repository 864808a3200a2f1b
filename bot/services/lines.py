"""A number of its own for each conversation on a counselor's phone, so that each is a thread of its own there.

A line is a channel named after its home ("staff-sms-2" of "staff-sms"). The home takes commands and what has no line.
"""

import re
from dataclasses import replace
from datetime import timedelta

from bot.domain.commands import Command, Verb
from bot.domain.handoff import Handoff
from bot.domain.matching import Counselor
from bot.services.context import Context
from bot.services.outbox import Unit
from bot.store import handoffs, messages
from bot.store.messages import Message

REST = timedelta(
    days=1
)  # a line on which this counselor read or wrote so lately stands for another client to them
_LINE = re.compile(r"-\d+$")
_FOR_A_CASE = (Verb.SAY, Verb.DONE, Verb.NOTE, Verb.TRANSFER)


def home_of(channel: str) -> str:
    """The channel a line belongs to; a channel that is no line is its own home."""
    return _LINE.sub("", channel)


async def with_line(work: Unit, counselor: Counselor, handoff: Handoff) -> Handoff:
    """The handoff as this counselor holds it, on a line of its own while one is free."""
    lines = [n for n in work.context.channels if n != home_of(n) and home_of(n) == counselor.channel]
    line = None
    if lines:
        since = work.context.clock.now() - REST
        busy = await messages.channels_used(work.tx, counselor.id, since)
        line = next((name for name in sorted(lines) if name not in busy), None)
    return replace(handoff, state="taken", counselor_id=counselor.id, line=line)


async def on_its_line(context: Context, message: Message, command: Command) -> Command | str:
    """The command with the tag of the thread it came in; or the id of the text that refuses it.

    A thread without an open case, or a tag of another case, is no clear reply.
    """
    assert message.counselor_id is not None
    if message.channel == home_of(message.channel) or command.verb not in _FOR_A_CASE:
        return command
    async with context.database.transaction() as tx:
        held = await handoffs.held_by(tx, message.counselor_id)
    here = next((handoff.tag for handoff in held if handoff.line == message.channel), None)
    if command.tag is not None:
        return command if here in (None, command.tag) else "staff_thread_other"
    return "staff_thread_over" if here is None else replace(command, tag=here)
