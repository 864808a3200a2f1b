"""The way of a client's message after it was stored: screen, consent, who holds the conversation, answer.

The order of the stages is `domain/conversation.next_step`; each stage is one function below.
No transaction is open while Rasa thinks: read and commit, ask, then lock, re-check and write.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.domain.consent import Keyword, carrier_answers, how_said, keyword_of
from bot.domain.contact_said import ContactSaid, contact_said
from bot.domain.conversation import Conversation, Step, next_step
from bot.domain.options import Option, as_text, chosen, number_in
from bot.screen.verdict import Verdict
from bot.services.asking import ask_directly
from bot.services.changing import changed_by
from bot.services.choices import choose
from bot.services.consents import OPTED_IN, OPTED_OUT, keep_consent
from bot.services.contact import note_contact
from bot.services.context import Context
from bot.services.disclosure import disclose
from bot.services.gate import at_the_gate
from bot.services.leaving import leave
from bot.services.outbox import Unit, unit
from bot.services.relay import relay_to_counselor
from bot.services.rights import ask_to_erase
from bot.services.screening import screened
from bot.services.turn import ask_bot
from bot.store import conversations, counselors, handoffs, messages, outgoing
from bot.store.arrivals import Arrival
from bot.store.messages import Message


@dataclass(frozen=True)
class Read:
    """What is known of a message before anything is decided. It is re-read under the lock before any write."""

    message: Message
    verdict: Verdict
    keyword: Keyword | None
    option: Option | None
    old_option: bool
    step: Step


async def handle_message(context: Context, message_id: int) -> None:
    """Deal with one stored message. Called again after a crash it goes on where it stopped; done is done."""
    arrival = await screened(context, message_id)
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
    if step in (Step.ANSWER, Step.HOLD) and _contact_in(message, conversation) is not None:
        return Step.CONTACT
    return step


def _contact_in(message: Message, conversation: Conversation) -> ContactSaid | None:
    asked = any(option.payload.startswith("times:") for option in conversation.options)
    return contact_said(message.text, asked_for_times=asked)


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
        await _STEPS[step](work, conversation, read)
        await messages.finish_in(work.tx, conversation.id, message.id, str(step), now)


async def _crisis(work: Unit, conversation: Conversation, read: Read) -> None:
    """The screen has already answered and alerted; the bot adds nothing."""


def _carrier_answered(work: Unit, conversation: Conversation, message: Message) -> bool:
    answers = work.context.channels[conversation.channel].traits.answers_keywords
    return answers and carrier_answers(message.kind, message.text)


async def _opt_out(work: Unit, conversation: Conversation, read: Read) -> None:
    now = work.context.clock.now()
    await outgoing.drop_unsent_answers(work.tx, conversation.id)
    told = None
    if not _carrier_answered(work, conversation, read.message):
        told = await work.to_client(conversation, "C10", kind="consent")
    await conversations.change(work.tx, conversation.id, opted_out_at=now)
    how = how_said(read.message.kind, read.message.text)
    await keep_consent(work, conversation, OPTED_OUT, how=how, shown=("C10", told))
    handoff = await handoffs.open_of(work.tx, conversation.id)
    if handoff is not None and handoff.counselor_id is not None:
        counselor = await counselors.read(work.tx, handoff.counselor_id)
        await work.to_counselor(counselor, "client_left", handoff)


async def _exit(work: Unit, conversation: Conversation, read: Read) -> None:
    await leave(work, conversation, read.message)


async def _contact(work: Unit, conversation: Conversation, read: Read) -> None:
    said = _contact_in(read.message, conversation)
    assert said is not None
    await disclose(work, conversation)
    await note_contact(work, conversation, said, reply_to=read.message.id)


async def _opt_in(work: Unit, conversation: Conversation, read: Read) -> None:
    await conversations.change(
        work.tx, conversation.id, opted_out_at=None, disclosed_at=None, rasa_stale=True
    )
    back = await conversations.lock(work.tx, conversation.id)
    await keep_consent(work, back, OPTED_IN, how=how_said(read.message.kind, read.message.text))
    await disclose(work, back)
    await work.to_client(back, "opted_in")


async def _stay_silent(work: Unit, conversation: Conversation, read: Read) -> None:
    """Somebody who opted out wrote. Nothing is sent; only an opt-in word brings them back (lessons 9)."""
    if read.keyword is Keyword.ERASE:
        await ask_to_erase(work, conversation.id)


async def _help(work: Unit, conversation: Conversation, read: Read) -> None:
    if not _carrier_answered(work, conversation, read.message):
        await work.to_client(conversation, "C9", kind="consent")


async def _erase(work: Unit, conversation: Conversation, read: Read) -> None:
    """A wish, not a deed: an operator decides, because some records must be kept (rules 6.5)."""
    await ask_to_erase(work, conversation.id)
    await work.to_client(conversation, "erase_asked", reply_to=read.message.id)


async def _relay(work: Unit, conversation: Conversation, read: Read) -> None:
    if read.verdict.level == "clear" and await changed_by(work, conversation, read.message):
        return
    await relay_to_counselor(work, conversation, read.message, flagged=read.verdict.level != "clear")
    if read.keyword is Keyword.HELP:
        await _help(work, conversation, read)
    if read.keyword is Keyword.ERASE:
        await ask_to_erase(work, conversation.id)


async def _ask_directly(work: Unit, conversation: Conversation, read: Read) -> None:
    await ask_directly(work, conversation, read.message, read.verdict)


async def _option_of_ours(work: Unit, conversation: Conversation, read: Read) -> None:
    assert read.option is not None
    await choose(work, conversation, read.message, read.option.payload)


async def _old_option(work: Unit, conversation: Conversation, read: Read) -> None:
    """A number or button that names nothing now: say so, and show the newest question again."""
    if read.message.press is None and conversation.options and read.message.created_at is not None:
        again = await _newest_question(work, conversation)
        text, _ = work.context.texts.render(
            "which_number", work.context.clinic, language=conversation.language
        )
        if again is not None:
            await work.say(conversation, f"{text} {again}", conversation.options, kind="notice")
            return
    await work.to_client(conversation, "old_option")


async def _newest_question(work: Unit, conversation: Conversation) -> str | None:
    if conversation.options_message_id is None:
        return None
    question = await messages.read(work.tx, conversation.options_message_id)
    return question.text if len(as_text(question.text, question.options)) < 250 else ""


async def _hold(work: Unit, conversation: Conversation, read: Read) -> None:
    if await changed_by(work, conversation, read.message):
        return
    now = work.context.clock.now()
    if not conversation.may_hold(now):
        return
    await work.to_client(conversation, await _holding_text(work, conversation), kind="holding")
    await conversations.change(work.tx, conversation.id, last_holding_at=now)


async def _holding_text(work: Unit, conversation: Conversation) -> str:
    if conversation.crisis_at is None:
        return "holding"
    handoff = await handoffs.open_of(work.tx, conversation.id)
    return "holding_crisis" if handoff is not None and handoff.state == "offered" else "nobody_on_duty"


async def _unreadable(work: Unit, conversation: Conversation, read: Read) -> None:
    await disclose(work, conversation)
    await work.to_client(conversation, "nothing_to_read")


async def _edited(work: Unit, conversation: Conversation, read: Read) -> None:
    """The new words are screened and stored beside the old ones; nothing is said about them."""


_STEPS: dict[Step, Callable[[Unit, Conversation, Read], Awaitable[None]]] = {
    Step.NOTHING_MORE: _crisis,
    Step.OPT_OUT: _opt_out,
    Step.OPT_IN: _opt_in,
    Step.STAY_SILENT: _stay_silent,
    Step.HELP: _help,
    Step.ERASE: _erase,
    Step.RELAY: _relay,
    Step.ASK_DIRECTLY: _ask_directly,
    Step.OPTION: _option_of_ours,
    Step.OLD_OPTION: _old_option,
    Step.HOLD: _hold,
    Step.UNREADABLE: _unreadable,
    Step.EDITED: _edited,
    Step.EXIT: _exit,
    Step.CONTACT: _contact,
}
