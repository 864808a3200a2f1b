"""What follows from a client's message when Rasa is not asked: one function for each step of `domain/conversation.Step`.

Each runs in a transaction that holds the conversation's lock; `answer.py` decides which.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.domain.consent import Keyword, carrier_answers, how_said
from bot.domain.contact_said import ContactSaid, contact_said
from bot.domain.conversation import Conversation, Step
from bot.domain.options import Option, as_text
from bot.domain.preview import asks_who
from bot.screen.verdict import Verdict
from bot.services.asking import ask_directly
from bot.services.changing import changed_by
from bot.services.choices import choose
from bot.services.consents import OPTED_IN, OPTED_OUT, keep_consent
from bot.services.contact import note_contact
from bot.services.disclosure import disclose
from bot.services.leaving import leave
from bot.services.outbox import Unit
from bot.services.previews import tell_who_is_on, tell_who_it_would_be
from bot.services.relay import relay_to_counselor
from bot.services.rights import ask_to_erase
from bot.services.same_again import ask_for_the_same
from bot.store import conversations, counselors, handoffs, messages, outgoing
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


def contact_in(message: Message, conversation: Conversation) -> ContactSaid | None:
    asked = any(option.payload.startswith("times:") for option in conversation.options)
    return contact_said(message.text, asked_for_times=asked)


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


async def _who(work: Unit, conversation: Conversation, read: Read) -> None:
    await disclose(work, conversation)
    await tell_who_it_would_be(work, conversation, reply_to=read.message.id)


async def _exit(work: Unit, conversation: Conversation, read: Read) -> None:
    await leave(work, conversation, read.message)


async def _contact(work: Unit, conversation: Conversation, read: Read) -> None:
    said = contact_in(read.message, conversation)
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
    if asks_who(read.message.text):
        await tell_who_is_on(work, conversation, reply_to=read.message.id)
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


async def _same_again(work: Unit, conversation: Conversation, read: Read) -> None:
    await disclose(work, conversation)
    await ask_for_the_same(work, conversation, read.message)


async def _unreadable(work: Unit, conversation: Conversation, read: Read) -> None:
    await disclose(work, conversation)
    await work.to_client(conversation, "nothing_to_read")


async def _edited(work: Unit, conversation: Conversation, read: Read) -> None:
    """The new words are screened and stored beside the old ones; nothing is said about them."""


STEPS: dict[Step, Callable[[Unit, Conversation, Read], Awaitable[None]]] = {
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
    Step.WHO: _who,
    Step.SAME_AGAIN: _same_again,
}
