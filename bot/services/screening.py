"""Looks at every incoming text for danger, before and without Rasa, and stores one verdict for each."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import structlog

from bot.domain.conversation import Conversation
from bot.screen.verdict import FAILED
from bot.services.context import Context
from bot.services.crisis import respond_to_crisis
from bot.services.outbox import unit
from bot.services.supervisors import tell_supervisors
from bot.store import arrivals, conversations, verdicts
from bot.store.arrivals import Arrival
from bot.store.database import Tx

log = structlog.get_logger("screening")


async def screened(context: Context, message_id: int) -> Arrival:
    """A message with its verdict: the stored one, or made now. A crisis is answered before this returns."""
    running = context.screening.get(message_id)
    if running is None:
        running = asyncio.create_task(_screen(context, message_id))
        context.screening[message_id] = running
        running.add_done_callback(lambda _: context.screening.pop(message_id, None))
    return await asyncio.shield(running)


async def _screen(context: Context, message_id: int) -> Arrival:
    async with context.database.single() as tx:
        arrival = await arrivals.read(tx, message_id)
    if arrival.verdict is not None:
        return arrival
    with context.traces.stage("screen", message_id):
        found = arrival.with_verdict(await context.screen.check(arrival.message.text, arrival.earlier))
    assert found.verdict is not None
    language = context.reader.language_after(arrival.message.text, arrival.conversation.language)
    if found.verdict.level == "crisis":
        return await _answer_crisis(context, found, language)
    async with context.database.single() as tx:
        if language != arrival.conversation.language:
            await _speak(tx, found.conversation, language)
        stored = await verdicts.add(tx, message_id, found.verdict)
    if stored and found.verdict.rules == FAILED.rules:
        await _tell_that_it_failed(context, found)
    found = replace(found, conversation=replace(found.conversation, language=language))
    return found if stored else await _stored(context, message_id)


async def _tell_that_it_failed(context: Context, found: Arrival) -> None:
    """The screen itself failed: the client is asked directly, and supervisors hear of it, once an hour at most."""
    log.error("screen.failed", message_id=found.message.id)
    now = context.clock.now()
    if context.screen_failure_told is not None and now - context.screen_failure_told < timedelta(hours=1):
        return
    context.screen_failure_told = now
    async with unit(context) as work:
        await tell_supervisors(work, "alert_screen_failed", found.conversation.id)


async def _speak(tx: Tx, conversation: Conversation, language: str | None) -> Conversation:
    """The conversation goes on in the language its client writes now."""
    await conversations.change(tx, conversation.id, language=language)
    return replace(conversation, language=language)


async def _answer_crisis(context: Context, found: Arrival, language: str | None) -> Arrival:
    """The verdict and what follows from it, in one transaction: whoever stores it first also answers."""
    assert found.verdict is not None
    async with unit(context, answering=True) as work:
        conversation = await conversations.lock(work.tx, found.conversation.id)
        if language != conversation.language:
            conversation = await _speak(work.tx, conversation, language)
        if await verdicts.add(work.tx, found.message.id, found.verdict):
            await respond_to_crisis(work, conversation, found.message, found.verdict)
    return await _stored(context, found.message.id)


async def _stored(context: Context, message_id: int) -> Arrival:
    async with context.database.single() as tx:
        return await arrivals.read(tx, message_id)
