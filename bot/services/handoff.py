"""Opens a handoff, or makes an open one urgent. Needs come before availability; the ladder does the asking."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from bot.domain.call_back import CallBack
from bot.domain.conversation import Conversation, HeldBy
from bot.domain.handoff import DRILL, DRILL_LASTS, NOT_BEGUN, Handoff, new_tag
from bot.domain.matching import Counselor, eligible
from bot.domain.needs import Needs
from bot.services.changing import keep_needs
from bot.services.context import Context
from bot.services.ladder import ask_from, ask_one
from bot.services.loosening import choices_of
from bot.services.outbox import Unit, unit
from bot.services.scheduled import read_wish, schedule
from bot.services.supervisors import tell_supervisors_of
from bot.services.watch import when_said
from bot.store import conversations, counselors, handoffs, ladder_records, timers, turns


@dataclass(frozen=True)
class HandoffOutcome:
    """What became of a request for a person.

    state: offered, nobody_on_duty, nobody_eligible, already_open, scheduled, scheduled_later, turn_given_up.
    next_opening: human words for when counselors are asked. loosen: (label, payload) for each single need that could be
    made a wish so that somebody fits.
    """

    state: str
    next_opening: str | None = None
    loosen: Sequence[tuple[str, str]] = ()


async def open_handoff(
    context: Context,
    conversation_id: str,
    turn_id: str | None,
    needs: Needs,
    about_other: bool = False,
    wait_for_fit: bool = False,
    wished: str | None = None,
) -> HandoffOutcome:
    """Store the needs and pass the conversation on. Twice in one turn is once; a turn that was given up does nothing.

    With nobody eligible no handoff is opened unless the person chose to wait (`wait_for_fit`). `wished`: they asked to
    be contacted at a time (bot/domain/call_back.py); nobody is asked before.
    """
    async with unit(context) as work:
        conversation = await conversations.lock(work.tx, conversation_id)
        if turn_id is not None:
            if not await turns.is_open(work.tx, int(turn_id), conversation_id):
                return HandoffOutcome("turn_given_up")
            if done := await turns.effect(work.tx, int(turn_id), "open_handoff"):
                return HandoffOutcome(**done)
        await keep_needs(work, conversation, needs)
        outcome = await open_within(
            work,
            conversation,
            needs,
            priority="normal",
            about_other=about_other,
            wait_for_fit=wait_for_fit,
            wish=read_wish(context, wished),
        )
        if turn_id is not None:
            await turns.keep_effect(work.tx, int(turn_id), "open_handoff", asdict(outcome))
        return outcome


async def open_within(
    work: Unit,
    conversation: Conversation,
    needs: Needs,
    *,
    priority: str,
    about_other: bool = False,
    wait_for_fit: bool = False,
    wish: CallBack | None = None,
) -> HandoffOutcome:
    """Open or hurry a handoff inside the caller's transaction, which holds the conversation's lock."""
    crisis = priority == "crisis"
    fitting = eligible(await counselors.roster(work.tx), needs)
    existing = await handoffs.open_of(work.tx, conversation.id)
    if existing is not None:
        if crisis:
            return await _hurry(work, conversation, existing, fitting)
        return await _again(work, conversation, existing, fitting, wish)
    if not fitting and not crisis and not wait_for_fit:
        return HandoffOutcome("nobody_eligible", loosen=await choices_of(work, conversation, needs))
    handoff = await _new(work, conversation, priority, about_other)
    if wish is not None and not crisis:
        return HandoffOutcome(*await schedule(work, conversation, handoff, wish, fitting))
    return await _first_offers(work, conversation, handoff, fitting)


async def open_with(work: Unit, conversation: Conversation, counselor: Counselor) -> None:
    """Open a handoff about which this one counselor, who is eligible and there, is asked first."""
    handoff = await _new(work, conversation, "normal", False)
    await ask_one(work, handoff, counselor)
    await conversations.change(work.tx, conversation.id, held_by=HeldBy.WAITING)


async def _new(work: Unit, conversation: Conversation, priority: str, about_other: bool) -> Handoff:
    now = work.context.clock.now()
    tag = new_tag(await handoffs.tags_in_hand(work.tx, now), work.context.rng)
    handoff = await handoffs.add(
        work.tx,
        conversation_id=conversation.id,
        tag=tag,
        priority=priority,
        about_other=about_other,
        now=now,
        drill=conversation.channel == DRILL,
    )
    if handoff.drill:
        key, over = f"drill_over:{handoff.id}", now + DRILL_LASTS
        await timers.add(work.tx, key=key, kind="drill_over", subject=str(handoff.id), due_at=over)
    return handoff


async def _again(
    work: Unit,
    conversation: Conversation,
    handoff: Handoff,
    fitting: Sequence[Counselor],
    wish: CallBack | None,
) -> HandoffOutcome:
    """Asked for while it waits already: at another time from now on, or now instead of the time that was wished."""
    if handoff.crisis or not handoff.waiting:
        return HandoffOutcome("already_open")
    if wish is not None:
        return HandoffOutcome(*await schedule(work, conversation, handoff, wish, fitting))
    if not handoff.wished:
        return HandoffOutcome("already_open")
    await handoffs.change(work.tx, handoff.id, wished=False)
    return await _first_offers(work, conversation, await handoffs.lock(work.tx, handoff.id), fitting)


async def is_waiting(context: Context, conversation_id: str) -> bool:
    """Whether this client's request waits for a counselor."""
    async with context.database.transaction() as tx:
        found = await handoffs.open_of(tx, conversation_id)
    return found is not None and found.waiting


async def _hurry(
    work: Unit, conversation: Conversation, handoff: Handoff, fitting: Sequence[Counselor]
) -> HandoffOutcome:
    """Make a waiting handoff urgent: everybody eligible is asked again, from the first step."""
    if handoff.crisis or not handoff.waiting:
        return HandoffOutcome("already_open")
    await handoffs.change(work.tx, handoff.id, priority="crisis", step=NOT_BEGUN, wished=False)
    await handoffs.forget_offers(work.tx, handoff.id)
    await ladder_records.record(work.tx, handoff, "hurried", work.context.clock.now())
    urgent = await handoffs.lock(work.tx, handoff.id)
    return await _first_offers(work, conversation, urgent, fitting)


async def _first_offers(
    work: Unit, conversation: Conversation, handoff: Handoff, fitting: Sequence[Counselor]
) -> HandoffOutcome:
    asked = await ask_from(work, handoff, fitting, step=0)
    if (
        asked.count or handoff.crisis
    ):  # in a crisis the bot pauses its answers even when nobody could be asked
        await conversations.change(work.tx, conversation.id, held_by=HeldBy.WAITING)
    if asked.count:
        return HandoffOutcome("offered")
    if handoff.crisis:
        await tell_supervisors_of(work, "alert_nobody_fits", handoff)
    if not fitting:
        return HandoffOutcome("nobody_eligible")
    return HandoffOutcome("nobody_on_duty", when_said(work.context, asked.next_duty, conversation.language))
