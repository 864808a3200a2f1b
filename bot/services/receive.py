"""Stores what a channel brings, once, with its jobs in the same transaction. Decides nothing about content."""

import unicodedata
from dataclasses import replace

from bot.channels.base import Incoming
from bot.services.context import Context, Job
from bot.services.lines import home_of
from bot.services.strangers import meet_stranger
from bot.store import conversations, counselors, messages
from bot.store.database import Tx

LONGEST = 10_000  # characters of one message that are kept; more is cut, and no provider delivers more


def readable(text: str) -> str:
    """The text without control characters and lone surrogates, at most LONGEST characters."""
    kept = (c for c in text[: 2 * LONGEST] if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    return "".join(kept)[:LONGEST]


def handle_job(message_id: int, conversation_id: str) -> Job:
    """The job that deals with a client's message, in the order of its conversation."""
    return Job("handle", {"message_id": message_id}, lock=conversation_id, may_wait=True)


async def receive_from_client(context: Context, incoming: Incoming) -> int | None:
    """Store a client's message and queue its screen and its handling. None when it was delivered before.

    When this returns, the message is safe: the provider may be told 200.
    """
    with context.traces.stage("receive") as stage:
        stage.message_id = message_id = await _receive(context, incoming)
    return message_id


async def _receive(context: Context, incoming: Incoming) -> int | None:
    async with context.database.transaction() as tx:
        conversation_id = await conversations.find_or_create(tx, incoming.channel, incoming.address)
        message_id = await _store(tx, incoming, conversation_id=conversation_id)
        if message_id is None:
            return None
        # Handling begins with the screen. Where it has to wait for the message before, the screen does not.
        await context.jobs.add(
            tx,
            Job("screen", {"message_id": message_id}, priority=10, if_others_wait=True),
            handle_job(message_id, conversation_id),
        )
        return message_id


async def receive_from_staff(context: Context, incoming: Incoming) -> int | None:
    """Store a counselor's text and queue it. None when it is a repeat, or when nobody we know wrote it.

    Who is unknown hears one neutral text, and nothing of what they wrote is kept.
    """
    async with context.database.transaction() as tx:
        counselor_id = await counselors.find_by_address(tx, home_of(incoming.channel), incoming.address)
        if counselor_id is None:
            await meet_stranger(context, tx, replace(incoming, channel=home_of(incoming.channel)))
            return None
        message_id = await _store(tx, incoming, counselor_id=counselor_id)
        if message_id is None:
            return None
        await context.jobs.add(
            tx, Job("staff", {"message_id": message_id}, lock=f"staff:{counselor_id}", priority=5)
        )
        return message_id


async def _store(
    tx: Tx, incoming: Incoming, *, conversation_id: str | None = None, counselor_id: str | None = None
) -> int | None:
    return await messages.add_incoming(
        tx,
        channel=incoming.channel,
        external_id=incoming.external_id,
        text=readable(incoming.text),
        press=incoming.press,
        kind=incoming.kind,
        conversation_id=conversation_id,
        counselor_id=counselor_id,
    )
