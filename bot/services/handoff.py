"""Handoffs: open one, offer it step by step, let one counselor take it, close it. Needs come before availability."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from bot.domain.conversation import Conversation, HeldBy
from bot.domain.handoff import Handoff, new_tag, whom_to_ask
from bot.domain.matching import Counselor, eligible, is_eligible
from bot.domain.needs import Needs
from bot.domain.schedule import in_words
from bot.services.context import Context
from bot.services.outbox import Unit, unit
from bot.store import conversations, counselors, handoffs, timers, turns


@dataclass(frozen=True)
class HandoffOutcome:
    """What became of a request for a person.

    state: offered, nobody_on_duty, nobody_eligible, already_open, turn_given_up. next_opening: human words.
    """

    state: str
    next_opening: str | None = None


async def open_handoff(
    context: Context,
    conversation_id: str,
    turn_id: str | None,
    needs: Needs,
    about_other: bool = False,
    wait_for_fit: bool = False,
) -> HandoffOutcome:
    """Store the needs and pass the conversation on. Twice in one turn is once; a turn that was given up does nothing.

    With nobody eligible no handoff is opened unless the person chose to wait (`wait_for_fit`).
    """
    async with unit(context) as work:
        conversation = await conversations.lock(work.tx, conversation_id)
        if turn_id is not None:
            if not await turns.is_open(work.tx, int(turn_id), conversation_id):
                return HandoffOutcome("turn_given_up")
            if done := await turns.effect(work.tx, int(turn_id), "open_handoff"):
                return HandoffOutcome(**done)
        await conversations.write_needs(work.tx, conversation_id, needs)
        outcome = await open_within(
            work, conversation, needs, priority="normal", about_other=about_other, wait_for_fit=wait_for_fit
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
) -> HandoffOutcome:
    """Open or hurry a handoff inside the caller's transaction, which holds the conversation's lock."""
    crisis = priority == "crisis"
    fitting = eligible(await counselors.roster(work.tx), needs)
    existing = await handoffs.open_of(work.tx, conversation.id)
    if existing is not None:
        return (
            await _hurry(work, conversation, existing, fitting) if crisis else HandoffOutcome("already_open")
        )
    if not fitting and not crisis and not wait_for_fit:
        return HandoffOutcome("nobody_eligible")
    handoff = await _new(work, conversation, priority, about_other)
    return await _first_offers(work, conversation, handoff, fitting)


async def _new(work: Unit, conversation: Conversation, priority: str, about_other: bool) -> Handoff:
    now = work.context.clock.now()
    tag = new_tag(await handoffs.tags_in_hand(work.tx, now), work.context.rng)
    return await handoffs.add(
        work.tx, conversation_id=conversation.id, tag=tag, priority=priority, about_other=about_other, now=now
    )


async def _hurry(
    work: Unit, conversation: Conversation, handoff: Handoff, fitting: Sequence[Counselor]
) -> HandoffOutcome:
    """Make a waiting handoff urgent: everybody eligible is asked again, from the first step."""
    if handoff.crisis or not handoff.waiting:
        return HandoffOutcome("already_open")
    await handoffs.change(work.tx, handoff.id, priority="crisis", step=0)
    await handoffs.forget_offers(work.tx, handoff.id)
    urgent = await handoffs.lock(work.tx, handoff.id)
    return await _first_offers(work, conversation, urgent, fitting)


async def _first_offers(
    work: Unit, conversation: Conversation, handoff: Handoff, fitting: Sequence[Counselor]
) -> HandoffOutcome:
    asked = await _ask_from(work, handoff, fitting, first_step=0)
    if asked or handoff.crisis:  # in a crisis the bot pauses its answers even when nobody could be asked
        await conversations.change(work.tx, conversation.id, held_by=HeldBy.WAITING)
    if asked:
        return HandoffOutcome("offered")
    if handoff.crisis:
        await _tell_supervisors(work, handoff)
    if not fitting:
        return HandoffOutcome("nobody_eligible")
    return HandoffOutcome("nobody_on_duty", _next_opening(work.context))


def _next_opening(context: Context) -> str | None:
    now = context.clock.now()
    hours = context.clinic.opening_hours
    opening = None if hours.is_open(now) else hours.next_opening(now)
    return in_words(opening, now, context.clinic.zone) if opening else None


async def _ask_from(
    work: Unit, handoff: Handoff, fitting: Sequence[Counselor], *, first_step: int, text_id: str = "alert"
) -> int:
    """Ask the counselors of this step, or of the next that has any; set the timer of the step after it."""
    now, ladder = work.context.clock.now(), work.context.ladder
    on_duty = handoff.crisis or work.context.clinic.opening_hours.is_open(now)
    asked = set(await handoffs.offers_of(work.tx, handoff.id))
    step, chosen = first_step, list[Counselor]()
    while on_duty and not chosen:
        chosen = whom_to_ask(step, fitting, asked, ladder, crisis=handoff.crisis)
        if chosen or step >= max(first_step, 3):
            break
        step += 1
    for counselor in chosen:
        await handoffs.add_offer(work.tx, handoff.id, counselor.id, step)
        await work.to_counselor(counselor, text_id, handoff)
    step = step if chosen else 3  # nobody can be asked now: the rounds do not count on, the request is kept
    await handoffs.change(work.tx, handoff.id, step=step, state="offered" if chosen or asked else "open")
    await timers.add(
        work.tx,
        key=f"ladder:{handoff.id}:{handoff.priority}:{step + 1}:{now.timestamp():.3f}",
        kind=f"ladder_{handoff.priority}",
        subject=str(handoff.id),
        step=step + 1,
        due_at=now + ladder.wait(step, crisis=handoff.crisis),
    )
    return len(chosen)


async def ask_again(work: Unit, handoff: Handoff, fitting: Sequence[Counselor]) -> int:
    """Begin a new round with everybody eligible who has not passed. Returns how many were asked."""
    await handoffs.forget_offers(work.tx, handoff.id)
    return await _ask_from(work, handoff, fitting, first_step=max(handoff.step + 1, 3), text_id="alert_again")


async def _tell_supervisors(work: Unit, handoff: Handoff) -> None:
    """Without content: nobody on the list can be asked, so a supervisor has to find a way."""
    for counselor in await counselors.roster(work.tx):
        if counselor.supervisor:
            await work.to_counselor(counselor, "alert_nobody_fits", handoff)


async def advance_ladder(context: Context, handoff_id: int, step: int, priority: str) -> None:
    """The proof a step waited for is missing: go on to the next. A stale timer changes nothing.

    A timer is stale when the ladder moved on, or when the handoff became urgent and began anew.
    """
    async with context.database.transaction() as tx:
        found = await handoffs.read(tx, handoff_id)
    if found is None or not found.waiting:
        return
    async with unit(context) as work:
        conversation = await conversations.lock(work.tx, found.conversation_id)
        handoff = await handoffs.lock(work.tx, handoff_id)
        if handoff.waiting and handoff.step == step - 1 and handoff.priority == priority:
            await _next_round(work, conversation, handoff, step)


async def _next_round(work: Unit, conversation: Conversation, handoff: Handoff, step: int) -> None:
    ladder = work.context.ladder
    if step >= 3 + ladder.rounds and not handoff.crisis:
        await _end_unanswered(work, conversation, handoff)
        return
    if step >= 3 or handoff.crisis:
        await handoffs.forget_offers(work.tx, handoff.id)
    fitting = eligible(
        await counselors.roster(work.tx), await conversations.read_needs(work.tx, conversation.id)
    )
    asked = await _ask_from(
        work,
        handoff,
        fitting,
        first_step=step,
        text_id="alert_again" if step >= 3 or handoff.crisis else "alert",
    )
    if asked and conversation.held_by is HeldBy.BOT:
        await conversations.change(work.tx, conversation.id, held_by=HeldBy.WAITING)
    if not asked and handoff.crisis:
        await _tell_supervisors(work, handoff)
    if handoff.crisis and step == 2:
        await work.to_client(conversation, "not_taken_yet", kind="crisis", handoff=handoff)
    elif step == 3 and not handoff.crisis and conversation.held_by is HeldBy.WAITING:
        await work.to_client(conversation, "nobody_took", handoff=handoff)


async def _end_unanswered(work: Unit, conversation: Conversation, handoff: Handoff) -> None:
    """The honest end: nobody took it, the person is told, supervisors too, and the bot answers again."""
    await _tell_supervisors(work, handoff)
    await work.to_client(conversation, "nobody_took_end", handoff=handoff)
    await close_within(work, conversation, handoff, reason="unanswered")


async def close_within(work: Unit, conversation: Conversation, handoff: Handoff, *, reason: str) -> None:
    """Close a handoff and give the conversation back to the bot, which starts afresh."""
    now = work.context.clock.now()
    await handoffs.change(work.tx, handoff.id, state="closed", closed_at=now, close_reason=reason)
    await conversations.change(
        work.tx, conversation.id, held_by=HeldBy.BOT, crisis_at=None, rasa_stale=True, last_holding_at=None
    )


async def withdraw(work: Unit, conversation: Conversation) -> None:
    """The client takes the request back. An urgent one stays: only a human clears it."""
    handoff = await handoffs.open_of(work.tx, conversation.id)
    if handoff is None or not handoff.waiting or handoff.crisis:
        return
    needs = await conversations.read_needs(work.tx, conversation.id)
    for counselor_id, state in (await handoffs.offers_of(work.tx, handoff.id)).items():
        counselor = await counselors.read(work.tx, counselor_id)
        if state == "sent" and is_eligible(counselor, needs):
            await work.to_counselor(counselor, "withdrawn", handoff)
    await close_within(work, conversation, handoff, reason="withdrawn")


async def offer_again(context: Context) -> None:
    """Somebody came back on duty: ask again for every handoff that nobody could be asked about."""
    async with context.database.transaction() as tx:
        waiting = [h for h in await handoffs.all_open(tx) if h.waiting]
    for handoff in waiting:
        if handoff.state == "open" or handoff.step >= 3:
            await advance_ladder(context, handoff.id, handoff.step + 1, handoff.priority)
