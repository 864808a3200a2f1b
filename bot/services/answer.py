"""The way of a client's message after it was stored: screen, consent, who holds the conversation, answer.

The order of the stages is `domain/conversation.next_step`; each stage without Rasa is one function in `steps.py`.
No transaction is open while Rasa thinks: read and commit, ask, then lock, re-check and write.
"""

from bot.domain.consent import Keyword, keyword_of
from bot.domain.conversation import Conversation, Step, next_step
from bot.domain.options import Option, chosen, number_in
from bot.domain.other_counselor import wants_the_same
from bot.domain.preview import asks_who, asks_who_would
from bot.services.context import Context
from bot.services.gate import at_the_gate
from bot.services.outbox import unit
from bot.services.screening import screened
from bot.services.steps import STEPS, Read, contact_in
from bot.services.turn import ask_bot
from bot.store import conversations, messages
from bot.store.arrivals import Arrival
from bot.store.messages import Message


async def handle_message(context: Context, message_id: int) -> None:
    """Deal with one stored message. Called again after a crash it goes on where it stopped; done is done."""
    arrival = await screened(context, message_id)
    if arrival.older_waits:
        await _handle_older(context, arrival)
        arrival = await screened(context, message_id)  # what the older ones changed
    if arrival.message.handled_at is not None:
        return
    if arrival.conversation.gated and _opens_the_gate(arrival) and await at_the_gate(context, arrival):
        return
    read = _understand(arrival)
    if read.step is Step.ANSWER:
        await ask_bot(context, arrival, text=_typed(read.message.text), trusted=False)
    elif read.step is Step.OPTION and read.option is not None and read.option.payload.startswith("/"):
        await ask_bot(context, arrival, text=read.option.payload, trusted=True)
    else:
        await _write(context, read)


async def _handle_older(context: Context, arrival: Arrival) -> None:
    """Answers come in order, also when the database or a process was away and an older message lost its job."""
    async with context.database.single() as tx:
        older = await messages.unhandled_before(tx, arrival.conversation.id, arrival.message.id)
    for message_id in older:
        await handle_message(context, message_id)


def _keyword(arrival: Arrival) -> Keyword | None:
    """The keyword a text is. Of buttons only EXIT is one, wherever it stood: an old button leaves, too."""
    message, opted_out = arrival.message, arrival.conversation.opted_out_at is not None
    if message.press:
        return Keyword.EXIT if keyword_of("text", message.text) is Keyword.EXIT else None
    return keyword_of(message.kind, message.text, opted_out=opted_out)


def _opens_the_gate(arrival: Arrival) -> bool:
    """Consent and EXIT come before the gate, and danger waits for no code word."""
    assert arrival.verdict is not None
    opted_out = arrival.conversation.opted_out_at is not None
    return not opted_out and _keyword(arrival) is None and arrival.verdict.level != "crisis"


def _understand(arrival: Arrival) -> Read:
    message, verdict = arrival.message, arrival.verdict
    assert verdict is not None
    option, old = _option(arrival.conversation, message, question_was_sent=arrival.question_was_sent)
    keyword = _keyword(arrival)
    step = next_step(
        arrival.conversation, level=verdict.level, keyword=keyword, option=option, pressed_old=old
    )
    step = _unless_edited(message, step)
    if step is Step.ANSWER and not _typed(message.text):
        step = Step.UNREADABLE
    step = _refined(message, step, arrival.conversation)
    return Read(message, verdict, keyword, option, old, step)


_FOR_AN_EDIT = (
    Step.NOTHING_MORE,
    Step.OPT_OUT,
    Step.OPT_IN,
    Step.EXIT,
    Step.STAY_SILENT,
    Step.RELAY,
    Step.ASK_DIRECTLY,
)


def _unless_edited(message: Message, step: Step) -> Step:
    """An edit counts for safety, for consent and for the counselor who is on; it is not answered a second time."""
    return Step.EDITED if message.kind == "edited" and step not in _FOR_AN_EDIT else step


def _refined(message: Message, step: Step, conversation: Conversation) -> Step:
    """What is said about texting somebody is the service's own matter, whoever would answer."""
    if step in (Step.ANSWER, Step.HOLD) and contact_in(message, conversation) is not None:
        return Step.CONTACT
    if step in (Step.ANSWER, Step.HOLD) and wants_the_same(message.text):
        return Step.SAME_AGAIN
    return Step.WHO if _asks_who(message.text, step, conversation) else step


def _asks_who(text: str, step: Step, conversation: Conversation) -> bool:
    """Who it would be is the service's to say; in the middle of the questions the dialogue knows the needs better."""
    if any('"need_' in option.payload for option in conversation.options):
        return False
    return asks_who(text) if step is Step.HOLD else step is Step.ANSWER and asks_who_would(text)


def _option(
    conversation: Conversation, message: Message, *, question_was_sent: bool
) -> tuple[Option | None, bool]:
    """(the option this message chooses, whether it names one that does not count)."""
    if message.press is not None:
        question, _, place = message.press.partition(":")
        current = question == str(conversation.options_message_id) and place.isdigit()
        if current and int(place) < len(conversation.options):
            return conversation.options[int(place)], False
        return None, True
    if not conversation.options:
        return None, False
    if not question_was_sent:
        return None, number_in(message.text) is not None
    option = chosen(message.text, conversation.options)
    return option, option is None and number_in(message.text) is not None


def _typed(text: str) -> str:
    """What a person typed, as Rasa may see it: a leading "/" would set an intent, so it goes (trap T12)."""
    return text.lstrip("/ \t\n\r").rstrip()[:2000]


async def _write(context: Context, read: Read) -> None:
    """Every step that needs no Rasa: lock, decide once more on what is true now, write."""
    now = context.clock.now()
    async with unit(context, answering=True) as work:
        assert read.message.conversation_id is not None
        conversation = await conversations.lock(work.tx, read.message.conversation_id)
        message = await messages.read(work.tx, read.message.id)
        if message.handled_at is not None:
            return
        step = next_step(
            conversation,
            level=read.verdict.level,
            keyword=read.keyword,
            option=read.option,
            pressed_old=read.old_option,
        )
        step = _unless_edited(message, step)
        step = _refined(message, step, conversation)
        if read.step is Step.UNREADABLE and step is Step.ANSWER:
            step = Step.UNREADABLE
        elif step is Step.ANSWER:
            step = Step.OLD_OPTION  # the conversation came back to the bot in between: say how to go on
        await STEPS[step](work, conversation, read)
        await messages.finish_in(work.tx, conversation.id, message.id, str(step), now)
