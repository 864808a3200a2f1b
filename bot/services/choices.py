"""What an option of the service's own means ("screen:yes", "wait:leave", ...). Options for Rasa begin with "/"."""

from collections.abc import Awaitable, Callable

from bot.domain.conversation import Conversation
from bot.domain.needs import in_their_language, softened
from bot.services import contact
from bot.services.asking import answered_in_danger, answered_no
from bot.services.changing import apply_needs
from bot.services.closing import withdraw
from bot.services.crisis import raise_alarm, send_help
from bot.services.handoff import HandoffOutcome, open_within
from bot.services.loosening import tell_nobody_fits
from bot.services.outbox import Unit
from bot.services.previews import rather_somebody_else
from bot.store import conversations, handoffs
from bot.store.messages import Message

Choice = Callable[[Unit, Conversation, Message], Awaitable[None]]


async def choose(work: Unit, conversation: Conversation, message: Message, payload: str) -> None:
    """Do what the chosen option means. The question it belongs to no longer counts afterwards."""
    await conversations.offer_options(work.tx, conversation.id, None, ())
    kind, _, value = payload.partition(":")
    if kind in _WITH_VALUE:
        await _WITH_VALUE[kind](work, conversation, message, value)
    else:
        await _CHOICES[payload](work, conversation, message)


def _in_danger(text_id: str, *, about_other: bool = False) -> Choice:
    async def help_first(work: Unit, conversation: Conversation, message: Message) -> None:
        await answered_in_danger(work, conversation, message, text_id, about_other=about_other)

    return help_first


async def _rather_not(work: Unit, conversation: Conversation, message: Message) -> None:
    """ "Rather not say" counts as high, never as no (rules 2.3)."""
    outcome = await raise_alarm(work, conversation)
    await send_help(work, conversation, "ask_rather_not", outcome, reply_to=message.id)


async def _alert(work: Unit, conversation: Conversation, message: Message) -> None:
    outcome = await raise_alarm(work, conversation)
    await send_help(work, conversation, "alert_yes", outcome, reply_to=message.id)


async def _anyone(work: Unit, conversation: Conversation, message: Message) -> None:
    """In a crisis somebody else is all right for now: musts become wishes, nevers stay."""
    needs = await conversations.read_needs(work.tx, conversation.id)
    eased = needs.__class__(
        prefer=needs.must + needs.prefer,
        never=needs.never,
        do_not_ask=needs.do_not_ask,
        language=needs.language,
        note=needs.note,
    )
    await conversations.write_needs(work.tx, conversation.id, eased)
    existing = await handoffs.open_of(work.tx, conversation.id)
    if existing is not None and existing.waiting:
        await handoffs.change(work.tx, existing.id, priority="normal")
    outcome = await raise_alarm(work, conversation)
    await send_help(work, conversation, "repeat", outcome, reply_to=message.id)


async def _open(work: Unit, conversation: Conversation, message: Message) -> None:
    """A person was asked for while the dialogue engine is down: open the handoff without it."""
    known = await conversations.read_needs(work.tx, conversation.id)
    needs = in_their_language(known, conversation.language)
    await conversations.write_needs(work.tx, conversation.id, needs)
    outcome = await open_within(work, conversation, needs, priority="normal")
    await _tell(work, conversation, message, outcome)


async def _tell(work: Unit, conversation: Conversation, message: Message, outcome: HandoffOutcome) -> None:
    """What came of a request that was opened without the dialogue."""
    if outcome.state == "nobody_eligible":
        needs = await conversations.read_needs(work.tx, conversation.id)
        await tell_nobody_fits(work, conversation, needs, reply_to=message.id)
    else:
        await work.to_client(conversation, _TOLD[outcome.state], reply_to=message.id)


async def _loosen(work: Unit, conversation: Conversation, message: Message, need: str) -> None:
    """The client makes one must a wish, the one they named. Everything else stays, refusals above all."""
    known = await conversations.read_needs(work.tx, conversation.id)
    needs = softened(known, (need,))
    existing = await handoffs.open_of(work.tx, conversation.id)
    if existing is not None and existing.waiting:
        await apply_needs(work, conversation, existing, needs, reply_to=message.id)
        return
    await conversations.write_needs(work.tx, conversation.id, needs)
    outcome = await open_within(work, conversation, needs, priority="normal")
    await _tell(work, conversation, message, outcome)
    await contact.ask_if_safe(work, await conversations.read(work.tx, conversation.id))


_TOLD = {
    "offered": "asked_counselors",
    "already_open": "asked_counselors",
    "nobody_on_duty": "nobody_here",
}


async def _keep_waiting(work: Unit, conversation: Conversation, message: Message) -> None:
    """The client waits, also for somebody who fits: then there is a request that waits, or it would be no true word."""
    if await handoffs.open_of(work.tx, conversation.id) is None:
        needs = await conversations.read_needs(work.tx, conversation.id)
        await open_within(work, conversation, needs, priority="normal", wait_for_fit=True)
    await work.to_client(conversation, "kept_waiting", reply_to=message.id)


async def _leave_queue(work: Unit, conversation: Conversation, message: Message) -> None:
    await withdraw(work, conversation)
    now = await conversations.lock(work.tx, conversation.id)
    await work.to_client(now, "left_waiting", reply_to=message.id)


def _feedback(value: int) -> Choice:
    async def keep(work: Unit, conversation: Conversation, message: Message) -> None:
        closed = await handoffs.last_closed_of(work.tx, conversation.id)
        if closed is not None and value:
            await handoffs.change(work.tx, closed.id, feedback=value)
        await work.to_client(conversation, "thanks_feedback", reply_to=message.id)

    return keep


def _say(text_id: str) -> Choice:
    async def say(work: Unit, conversation: Conversation, message: Message) -> None:
        await work.to_client(conversation, text_id, reply_to=message.id)

    return say


_CHOICES: dict[str, Choice] = {
    "screen:yes": _in_danger("C3_alerted"),
    "screen:yes_other": _in_danger("C3_other", about_other=True),
    "screen:yes_violence": _in_danger("now_violence"),
    "screen:yes_harm": _in_danger("harm_to_others"),
    "screen:yes_medical": _in_danger("now_medical"),
    "screen:no": answered_no,
    "screen:rather_not": _rather_not,
    "alert:yes": _alert,
    "alert:no": _say("alert_no"),
    "anyone:yes": _anyone,
    "anyone:no": _say("alert_no"),
    "country:us": _say("alert_no"),
    "country:other": _say("outside_us"),
    "handoff:open": _open,
    "handoff:no": _say("all_right"),
    "wait:keep": _keep_waiting,
    "preview:ok": _say("preview_kept"),
    "wait:leave": _leave_queue,
    "feedback:0": _feedback(0),
    "feedback:1": _feedback(1),
    "feedback:2": _feedback(2),
    "feedback:3": _feedback(3),
}
_WITH_VALUE: dict[str, Callable[[Unit, Conversation, Message, str], Awaitable[None]]] = {
    "safe": contact.answer_safe,
    "times": contact.answer_times,
    "word": contact.answer_word,
    "loosen": _loosen,
    "other": rather_somebody_else,
}


def known(payload: str) -> bool:
    """Whether an option with this payload leads somewhere."""
    return payload in _CHOICES or payload.partition(":")[0] in _WITH_VALUE
