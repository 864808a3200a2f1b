"""Asks and keeps what a client says about texting them: when it is safe, what to call them, a code word."""

from bot.domain.contact import FRESH, Contact, Span
from bot.domain.contact_said import PARTS, ContactSaid
from bot.domain.conversation import Conversation
from bot.services.outbox import Unit
from bot.store import conversations, handoffs, turns
from bot.store.messages import Message


async def after_a_request(work: Unit, conversation_id: str, turn_id: int) -> None:
    """A turn that opened a handoff ends with the question whether it is safe to text here (rules R3.8)."""
    if await turns.effect(work.tx, turn_id, "open_handoff") is not None:
        await ask_if_safe(work, await conversations.read(work.tx, conversation_id))


async def ask_if_safe(work: Unit, conversation: Conversation) -> None:
    """Ask, unless it was answered lately, or another question stands, or nobody was asked for after all."""
    said_at, now = conversation.contact.said_at, work.context.clock.now()
    known = conversation.contact.safe != "unknown" and said_at is not None and now - said_at < FRESH
    if known or conversation.options or await handoffs.open_of(work.tx, conversation.id) is None:
        return
    await work.to_client(conversation, "C11")


async def _keep(work: Unit, conversation: Conversation, **values: object) -> Contact:
    told = conversation.contact.told(work.context.clock.now(), **values)
    await conversations.write_contact(work.tx, conversation.id, told)
    return told


async def note_contact(
    work: Unit, conversation: Conversation, said: ContactSaid, *, reply_to: int | None
) -> None:
    """Keep what was said and say it back; a new code word counts as given, for its owner has just named it."""
    await _keep(work, conversation, **said.values)
    if said.word is not None:
        await conversations.change(work.tx, conversation.id, verified_at=work.context.clock.now())
    await work.to_client(conversation, "contact_kept", what=_in_words(said), reply_to=reply_to)


def _in_words(said: ContactSaid) -> str:
    if said.word is not None:
        return "you have a word now"
    if said.call_me is not None:
        return f"we call you {said.call_me}"
    if said.safe == "no":
        return "we write only after you do"
    if said.safe == "times":
        return f"we write only {' or '.join(map(_span_in_words, said.spans or ()))}"
    return "texting here is fine"


def _span_in_words(span: Span) -> str:
    return f"{_clock(span[0])} to {_clock(span[1])}"


def _clock(minute: int) -> str:
    hour, rest = divmod(minute % (24 * 60), 60)
    half = "AM" if hour < 12 else "PM"
    return f"{hour % 12 or 12}{f':{rest:02}' if rest else ''} {half}"


async def answer_safe(work: Unit, conversation: Conversation, message: Message, value: str) -> None:
    """C11: yes; only certain times, which are asked next; no, then the client writes first."""
    if value == "times":
        await _keep(work, conversation, safe="no", spans=())  # until the times are known
        await work.to_client(conversation, "safe_times", reply_to=message.id)
        return
    await note_contact(work, conversation, ContactSaid(safe=value, spans=()), reply_to=message.id)
    if value == "no":
        await offer_word(work, conversation.id)


async def answer_times(work: Unit, conversation: Conversation, message: Message, value: str) -> None:
    said = ContactSaid(safe="times", spans=(PARTS[value],))
    await note_contact(work, conversation, said, reply_to=message.id)
    await offer_word(work, conversation.id)


async def offer_word(work: Unit, conversation_id: str) -> None:
    """Somebody else may read this phone: offer a code word, once."""
    conversation = await conversations.read(work.tx, conversation_id)
    if not conversation.contact.word:
        await work.to_client(conversation, "safe_word")


async def answer_word(work: Unit, conversation: Conversation, message: Message, _value: str) -> None:
    await work.to_client(conversation, "all_right", reply_to=message.id)
