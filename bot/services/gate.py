"""The gate before what is kept for a client: a neutral question first, then the code word, then the texts.

Whatever is said here reveals nothing to somebody else who holds the phone (rules R3.9, R3.10).
"""

from bot.domain.contact import Reach, needs_word, reach
from bot.domain.conversation import Conversation, HeldBy
from bot.domain.options import chosen
from bot.services.context import Context
from bot.services.outbox import Unit, deliver_job, unit
from bot.services.reaching import situation
from bot.services.scheduled import postpone
from bot.store import conversations, counselors, handoffs, held, messages
from bot.store.arrivals import Arrival
from bot.store.messages import Message


async def at_the_gate(context: Context, arrival: Arrival) -> bool:
    """The client wrote: let out what may go now. True when the message was for the gate alone, and is done."""
    async with unit(context, answering=True) as work:
        conversation = await conversations.lock(work.tx, arrival.conversation.id)
        message = await messages.read(work.tx, arrival.message.id)
        if message.handled_at is not None:
            return True
        await conversations.change(work.tx, conversation.id, parked_at=None)
        if conversation.gate is None:
            return False
        done = await _pass(work, conversation, message)
        if done:
            now = context.clock.now()
            await messages.finish(work.tx, message.id, "gate", now)
            await conversations.change(work.tx, conversation.id, last_incoming_at=now)
        return done


async def _pass(work: Unit, conversation: Conversation, message: Message) -> bool:
    if conversation.gate == "word":
        return await _word(work, conversation, message)
    answer = _answer(conversation, message) if conversation.gate == "knocked" else None
    if answer == "knock:later":
        await conversations.change(work.tx, conversation.id, gate="held")
        await conversations.offer_options(work.tx, conversation.id, None, ())
        when = await postpone(work, conversation)
        if when is None:
            await work.to_client(conversation, "knock_later", reply_to=message.id)
        else:
            await work.to_client(conversation, "knock_later_kept", reply_to=message.id, when=when)
        return True
    if needs_word(conversation.contact, situation(work.context, conversation)):
        await ask_word(work, conversation)
        if answer is None:
            await _tell_counselor(work, conversation, "relay_unsure", text=message.text)
        return True
    await let_out(work, conversation)
    return answer is not None


def _answer(conversation: Conversation, message: Message) -> str | None:
    """What the client chose of the neutral question, by button, number or word."""
    if message.press is not None:
        question, _, place = message.press.partition(":")
        current = question == str(conversation.options_message_id) and place.isdigit()
        picked = (
            conversation.options[int(place)] if current and int(place) < len(conversation.options) else None
        )
    else:
        picked = chosen(message.text, conversation.options)
    return picked.payload if picked is not None and picked.payload.startswith("knock:") else None


async def _word(work: Unit, conversation: Conversation, message: Message) -> bool:
    if conversation.contact.is_word(message.text):
        await conversations.change(work.tx, conversation.id, verified_at=work.context.clock.now())
        await let_out(work, conversation)
        return True
    await work.to_client(conversation, "word_not_given", reply_to=message.id)
    await _tell_counselor(work, conversation, "relay_unsure", text=message.text)
    return True


async def _tell_counselor(work: Unit, conversation: Conversation, text_id: str, **values: str) -> None:
    """Who holds the conversation reads these words, marked: they may be somebody else's."""
    if conversation.held_by is not HeldBy.COUNSELOR:
        return
    handoff = await handoffs.open_of(work.tx, conversation.id)
    if handoff is not None and handoff.counselor_id is not None:
        counselor = await counselors.read(work.tx, handoff.counselor_id)
        await work.to_counselor(counselor, text_id, handoff, **values)


async def let_out(work: Unit, conversation: Conversation) -> None:
    """What was kept leaves now, in its order."""
    await conversations.change(work.tx, conversation.id, gate=None)
    if await held.release(work.tx, conversation.id):
        work.send(deliver_job(conversation.id, None))


async def ask_word(work: Unit, conversation: Conversation) -> None:
    await conversations.change(work.tx, conversation.id, gate="word")
    await work.to_client(conversation, "word_ask", kind="gate")


async def knock(work: Unit, conversation: Conversation) -> None:
    """Ask neutrally whether now is a good time, once; the rest waits for the answer."""
    if conversation.gate == "knocked":
        return
    await conversations.change(work.tx, conversation.id, gate="knocked")
    await work.to_client(conversation, "knock", kind="gate")


async def knock_if_safe(context: Context, conversation_id: str) -> None:
    """The time the client called safe has begun: knock for what is still kept."""
    async with unit(context) as work:
        conversation = await conversations.lock(work.tx, conversation_id)
        if conversation.gate != "held" or not await held.are_there(work.tx, conversation_id):
            return
        at = situation(context, conversation)
        way = reach(conversation.contact, at)
        if way is Reach.KNOCK:
            await knock(work, conversation)
        elif way is Reach.SEND:  # the safe time began while the talk is still fresh
            await (ask_word if needs_word(conversation.contact, at) else let_out)(work, conversation)
