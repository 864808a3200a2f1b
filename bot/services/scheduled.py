"""A request at the time that its client wished: kept until then, moved by a day when they say "later".

Nobody is asked before. The moment is decided in `domain/wished.py`; the ladder takes it up at that time.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.call_back import CallBack, from_iso
from bot.domain.conversation import Conversation, HeldBy
from bot.domain.handoff import NOT_BEGUN, Handoff
from bot.domain.matching import Counselor
from bot.domain.schedule import zone_in_words
from bot.domain.wished import KEPT_FOR, due_for, is_on_time
from bot.services.closing import call_off_offers, withdraw
from bot.services.context import Context
from bot.services.ladder import ask_later, fitting_now
from bot.services.outbox import Unit
from bot.services.watch import watch_now, when_said
from bot.store import conversations, handoffs


def read_wish(context: Context, wished: str | None) -> CallBack | None:
    """The wish as an action carried it; None for none, and for one that cannot be read."""
    try:
        return from_iso(wished, context.clinic.zone) if wished else None
    except ValueError:
        return None


async def schedule(
    work: Unit, conversation: Conversation, handoff: Handoff, wish: CallBack, fitting: Sequence[Counselor]
) -> tuple[str, str]:
    """Keep the request for that time. Returns whether it is "scheduled" or "scheduled_later", and when, in words."""
    watch = await watch_now(work.context, work.tx)
    due = due_for(wish, fitting, watch, conversation.contact)
    await _keep_until(work, conversation, handoff, due)
    state = "scheduled" if is_on_time(wish, due) else "scheduled_later"
    return state, in_words_with_zone(work.context, due, conversation.language)


def in_words_with_zone(context: Context, moment: datetime, language: str | None) -> str:
    """ "tomorrow at 5 PM (Chicago time)": people are elsewhere, and phones have no zone."""
    return f"{when_said(context, moment, language)} ({zone_in_words(context.clinic.zone, language)})"


async def _keep_until(work: Unit, conversation: Conversation, handoff: Handoff, due: datetime) -> None:
    await call_off_offers(work, conversation, handoff)
    await handoffs.forget_offers(work.tx, handoff.id)
    await handoffs.change(work.tx, handoff.id, state="open", step=NOT_BEGUN, due_at=due, wished=True)
    await ask_later(work, handoff, due)
    if conversation.held_by is HeldBy.WAITING:
        await conversations.change(work.tx, conversation.id, held_by=HeldBy.BOT, rasa_stale=True)


async def postpone(work: Unit, conversation: Conversation) -> str | None:
    """The client said "later" to the neutral question: the same time tomorrow, or as soon after as is safe.

    Returns when, in words; None when nothing of theirs waits, or it waited for a week and is given up now.
    """
    handoff = await handoffs.open_of(work.tx, conversation.id)
    if handoff is None or not handoff.waiting or handoff.crisis:
        return None
    now = work.context.clock.now()
    if now - handoff.opened_at > KEPT_FOR:
        await withdraw(work, conversation)
        return None
    at = now + timedelta(days=1)
    watch = await watch_now(work.context, work.tx)
    fitting = await fitting_now(work, conversation.id)
    due = due_for(CallBack(at, at), fitting, watch, conversation.contact)
    await _keep_until(work, conversation, handoff, due)
    return when_said(work.context, due, conversation.language)
