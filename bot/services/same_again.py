"""A client who comes back may ask for the counselor they had: that one is asked first, the others follow. Or the truth."""

from datetime import timedelta

from bot.domain.conversation import Conversation
from bot.domain.handoff import Handoff
from bot.domain.matching import Counselor, is_eligible
from bot.services.handoff import open_with
from bot.services.ladder import ask_one
from bot.services.outbox import Unit
from bot.services.watch import watch_now, when_said
from bot.store import conversations, counselors, handoffs
from bot.store.messages import Message

WITHIN = timedelta(days=30)  # a talk that ended longer ago is no "last time"


async def ask_for_the_same(work: Unit, conversation: Conversation, message: Message) -> None:
    """Ask the client's last counselor first. Why somebody can't join is never said."""
    counselor = await _last(work, conversation)
    if counselor is None:
        await work.to_client(conversation, "same_unknown", reply_to=message.id)
        return
    current = await handoffs.open_of(work.tx, conversation.id)
    text_id, when = await _what_is_true(work, conversation, counselor, current)
    if text_id == "same_asked":
        await _ask(work, conversation, counselor, current)
    now = await conversations.lock(work.tx, conversation.id)
    await work.to_client(now, text_id, reply_to=message.id, name=counselor.name, when=when)


async def _last(work: Unit, conversation: Conversation) -> Counselor | None:
    since = work.context.clock.now() - WITHIN
    last = await handoffs.last_held_of(work.tx, conversation.id, since)
    if last is None or last.counselor_id is None:
        return None
    return await counselors.read(work.tx, last.counselor_id)


async def _what_is_true(
    work: Unit, conversation: Conversation, counselor: Counselor, current: Handoff | None
) -> tuple[str, str]:
    """The text that is true of this counselor now, and when they are back where that is known."""
    needs = await conversations.read_needs(work.tx, conversation.id)
    passed = current is not None and (
        (await handoffs.offers_of(work.tx, current.id)).get(counselor.id) == "passed"
    )
    if passed or not is_eligible(counselor, needs):
        return "same_gone", ""
    watch = await watch_now(work.context, work.tx)
    if watch.on_duty(counselor):
        return "same_asked", ""
    back = when_said(work.context, watch.next_duty([counselor]), conversation.language)
    return ("same_away", "") if back is None else ("same_away_until", back)


async def _ask(work: Unit, conversation: Conversation, counselor: Counselor, current: Handoff | None) -> None:
    if current is None:
        await open_with(work, conversation, counselor)
    elif current.waiting and counselor.id not in await handoffs.offers_of(work.tx, current.id):
        await ask_one(work, current, counselor)
