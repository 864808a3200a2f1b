"""One turn with Rasa: begin it, ask with no transaction open, and write only what is still true."""

import asyncio
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from bot.domain.call_back import read_call_back
from bot.domain.conversation import Conversation, HeldBy
from bot.domain.options import Option
from bot.domain.zones import zone_of_number, zone_said
from bot.services.contact import after_a_request
from bot.services.context import BotReply, Context, DialogueDown
from bot.services.disclosure import disclose
from bot.services.outbox import Unit, unit
from bot.services.typing_sign import while_thinking
from bot.store import conversations, messages, turns
from bot.store.arrivals import Arrival
from bot.store.messages import Message

MOST_TEXTS = 2  # a turn is at most two texts (rules 4.10); the first-message text comes on top, once
AFRESH = "/handed_back"
READ_AT_ONCE = 400  # characters that are read in a millisecond or two


async def ask_bot(context: Context, arrival: Arrival, *, text: str, trusted: bool) -> None:
    """Ask Rasa and queue its answer, once, however often this runs. Rasa down: an honest text and a human."""
    message = arrival.message
    async with context.database.single() as tx:
        turn_id, state, is_new = await turns.begin(tx, message.id, arrival.conversation.id)
    if state != "open":
        return
    try:
        with context.traces.stage("rasa", message.id):
            async with while_thinking(context, arrival.conversation.id, arrival.conversation.channel):
                replies = await _ask(context, arrival, turn_id, text, trusted=trusted, retry=not is_new)
    except DialogueDown:
        await _give_up(context, message, turn_id)
    else:
        await _write(context, arrival, turn_id, replies, trusted=trusted)


async def _ask(
    context: Context, arrival: Arrival, turn_id: int, text: str, *, trusted: bool, retry: bool
) -> list[BotReply]:
    conversation = arrival.conversation
    if conversation.rasa_stale:
        await context.dialogue.ask(
            conversation_id=conversation.id,
            message_id=0,
            turn_id=turn_id,
            text=AFRESH,
            trusted=True,
            retry=False,
        )
    return await context.dialogue.ask(
        conversation_id=conversation.id,
        message_id=arrival.message.id,
        turn_id=turn_id,
        text=text,
        trusted=trusted,
        retry=retry,
        metadata={
            **_writes(conversation),
            **({} if trusted else await _found_in(context, conversation, text)),
        },
    )


def _writes(conversation: Conversation) -> dict[str, str]:
    """The language to answer in, for Rasa; nothing for English."""
    language = conversation.language
    return {"writes": language} if language and language != "en" else {}


async def _found_in(context: Context, conversation: Conversation, text: str) -> dict[str, str]:
    """What the reader finds in a typed text; a long one is read beside the event loop."""
    if len(text) <= READ_AT_ONCE:
        found = context.reader.read(text).to_metadata()
    else:
        found = (await asyncio.to_thread(context.reader.read, text)).to_metadata()
    if "when" not in found:
        return found
    zone = zone_said(text) or await _zone_of_number(context, conversation) or context.clinic.zone
    return {**found, **_moment(context, found["when"], zone)}


async def _zone_of_number(context: Context, conversation: Conversation) -> ZoneInfo | None:
    async with context.database.single() as tx:
        _, address = await conversations.address_of(tx, conversation.id)
    return zone_of_number(address)


def _moment(context: Context, when: str, zone: ZoneInfo) -> dict[str, str]:
    """The wished time as a moment on the client's clock, for whoever reads it on another day or elsewhere."""
    moment = read_call_back(when, context.clock.now(), zone)
    if moment is None:
        return {}
    return {"when_at": moment.to_iso(), "when_dated": f"{when} ({moment.dated(here=context.clinic.zone)})"}


async def _write(
    context: Context, arrival: Arrival, turn_id: int, replies: Sequence[BotReply], *, trusted: bool
) -> None:
    now, message = context.clock.now(), arrival.message
    async with unit(context, answering=True) as work:
        assert message.conversation_id is not None
        conversation = await turns.end_and_lock(work.tx, turn_id, message.conversation_id)
        if conversation is None:
            return
        speaks = await _bot_may_speak(work, conversation, turn_id)
        outcome = "answered" if speaks and replies else "superseded"
        if speaks:
            await disclose(work, conversation)
            if trusted:  # an option was chosen: its question no longer counts
                await conversations.offer_options(work.tx, conversation.id, None, ())
            await _say_all(work, conversation, message, replies)
            await after_a_request(work, conversation.id, turn_id)
        await messages.finish_in(work.tx, conversation.id, message.id, outcome, now)
        if arrival.conversation.rasa_stale:  # Rasa was set back before it was asked
            await conversations.change(work.tx, conversation.id, rasa_stale=False)


async def _bot_may_speak(work: Unit, conversation: Conversation, turn_id: int) -> bool:
    """The bot is mute while a human holds the conversation, or waits on one that this turn did not ask for."""
    if conversation.opted_out_at is not None or conversation.held_by is HeldBy.COUNSELOR:
        return False
    if conversation.held_by is HeldBy.BOT:
        return True
    return await turns.effect(work.tx, turn_id, "open_handoff") is not None


async def _say_all(
    work: Unit, conversation: Conversation, message: Message, replies: Sequence[BotReply]
) -> None:
    for reply in at_most_two(replies):
        options = [Option(label, payload) for label, payload in reply.options]
        await work.say(conversation, reply.text, options, reply_to=message.id)


def at_most_two(replies: Sequence[BotReply]) -> list[BotReply]:
    """The replies as at most two texts; what goes beyond is joined to the second.

    Only the last options of a turn are offered, with the last text: two lists that both begin with 1 confuse.
    """
    said = [reply for reply in replies if reply.text.strip()]
    if not said:
        return []
    options = next((reply.options for reply in reversed(said) if reply.options), ())
    texts = [reply.text for reply in said]
    first, last = texts[: MOST_TEXTS - 1], texts[MOST_TEXTS - 1 :]
    joined = [*first, " ".join(last)] if last else first
    return [*(BotReply(text) for text in joined[:-1]), BotReply(joined[-1], options)]


async def _give_up(context: Context, message: Message, turn_id: int) -> None:
    """Rasa did not answer: the turn is over, its late actions are refused, and the person hears the truth."""
    now = context.clock.now()
    async with unit(context, answering=True) as work:
        assert message.conversation_id is not None
        conversation = await conversations.lock(work.tx, message.conversation_id)
        if not await turns.end(work.tx, turn_id, "given_up"):
            return
        if await _bot_may_speak(work, conversation, turn_id):
            await disclose(work, conversation)
            await work.to_client(conversation, "cannot_answer", reply_to=message.id)
        await messages.finish(work.tx, message.id, "dialogue_down", now)
        await conversations.change(work.tx, conversation.id, last_incoming_at=now)
