"""The ladder of a waiting handoff: who is asked now, and what follows when a proof is missing.

Every waiting handoff has exactly one ladder timer. It is set in the transaction that takes the step before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.contact import first_safe
from bot.domain.conversation import Conversation, HeldBy
from bot.domain.handoff import ROUNDS_FROM, Handoff, whom_to_ask
from bot.domain.matching import Counselor, eligible
from bot.domain.shifts import Watch
from bot.services.closing import end_unanswered
from bot.services.context import Context
from bot.services.outbox import CRISIS_FIRST, Unit, unit
from bot.services.supervisors import tell_supervisors_of
from bot.services.watch import watch_now, when_said
from bot.store import conversations, counselors, handoffs, ladder_records, outgoing, timers

KINDS = ("ladder_normal", "ladder_crisis")


@dataclass(frozen=True)
class Asked:
    """What a step came to: how many were asked, and if nobody, when somebody is next on duty (None: not known)."""

    count: int
    next_duty: datetime | None = None


async def ask_from(
    work: Unit, handoff: Handoff, fitting: Sequence[Counselor], *, step: int, text_id: str = "alert"
) -> Asked:
    """Ask the counselors of this step, or of the next that has any. With nobody to ask the request is kept."""
    watch = await watch_now(work.context, work.tx)
    fitting = _awake(handoff, fitting, watch)
    asked = set(await handoffs.offers_of(work.tx, handoff.id))
    step, chosen = _first_with_any(work, handoff, fitting, asked, watch, step)
    if not chosen:
        return await _keep(work, handoff, fitting, watch, step)
    for counselor in chosen:
        await _ask(work, handoff, counselor, step, text_id)
    await handoffs.change(work.tx, handoff.id, step=step, state="offered", due_at=None)
    await _next_at(work, handoff, step + 1, watch.at + work.context.ladder.wait(step, handoff.priority))
    await timers.add(
        work.tx,
        key=f"offer_proof:{handoff.id}:{step}:{watch.at.timestamp():.3f}",
        kind="offer_proof",
        subject=str(handoff.id),
        step=step,
        due_at=watch.at + work.context.ladder.of(handoff.priority).proof,
    )
    return Asked(len(chosen))


async def _ask(work: Unit, handoff: Handoff, counselor: Counselor, step: int, text_id: str) -> None:
    """One counselor, one alert, one offer, and the record of it.

    An alert that has not left yet is the alert of this step, too: a copy behind it tells nobody anything sooner.
    """
    now = work.context.clock.now()
    alert = await outgoing.unsent_alert(
        work.tx, counselor.id, handoff.id, CRISIS_FIRST if handoff.crisis else 0
    )
    alert = alert or await work.to_counselor(counselor, text_id, handoff)
    await handoffs.add_offer(work.tx, handoff.id, counselor.id, step, alert)
    await ladder_records.record(work.tx, handoff, "asked", now, step=step, counselor_id=counselor.id)


def _awake(handoff: Handoff, fitting: Sequence[Counselor], watch: Watch) -> Sequence[Counselor]:
    """Everybody; a drill wakes nobody who is neither on duty nor on call."""
    if not handoff.drill:
        return fitting
    return [c for c in fitting if watch.on_duty(c) or watch.on_call(c)]


def _first_with_any(
    work: Unit, handoff: Handoff, fitting: Sequence[Counselor], asked: set[str], watch: Watch, step: int
) -> tuple[int, list[Counselor]]:
    ladder, crisis = work.context.ladder, handoff.crisis
    for later in range(step, max(step, ROUNDS_FROM) + 1):
        if chosen := whom_to_ask(later, fitting, asked, ladder, watch, crisis=crisis):
            return later, chosen
    return step, []


async def _keep(work: Unit, handoff: Handoff, fitting: Sequence[Counselor], watch: Watch, step: int) -> Asked:
    """Nobody can be asked now. The step does not count, and is looked at again at the next duty at the latest."""
    next_duty = watch.next_duty(fitting)
    again = watch.at + work.context.ladder.of(handoff.priority).again
    state = "offered" if "sent" in (await handoffs.offers_of(work.tx, handoff.id)).values() else "open"
    await handoffs.change(work.tx, handoff.id, step=step - 1, state=state, due_at=next_duty)
    await _next_at(work, handoff, step, min(again, next_duty or again))
    return Asked(0, next_duty)


async def _next_at(work: Unit, handoff: Handoff, step: int, due_at: datetime) -> None:
    """The one timer of this ladder; the one before no longer counts."""
    now = work.context.clock.now()
    await timers.drop(work.tx, str(handoff.id), KINDS, now)
    await timers.add(
        work.tx,
        key=f"ladder:{handoff.id}:{handoff.priority}:{step}:{now.timestamp():.6f}",
        kind=f"ladder_{handoff.priority}",
        subject=str(handoff.id),
        step=step,
        due_at=due_at,
    )


async def ask_later(work: Unit, handoff: Handoff, due_at: datetime) -> None:
    """Nobody is asked before that moment; then the ladder begins with its first step."""
    await _next_at(work, handoff, 0, due_at)


async def ask_one(work: Unit, handoff: Handoff, counselor: Counselor) -> None:
    """Ask this one first; the others follow when they do not take it within a step."""
    now, pace = work.context.clock.now(), work.context.ladder.of(handoff.priority)
    await _ask(work, handoff, counselor, 0, "alert")
    await handoffs.change(work.tx, handoff.id, step=0, state="offered", due_at=None)
    await _next_at(work, handoff, 1, now + pace.step)


async def ask_again(work: Unit, handoff: Handoff, fitting: Sequence[Counselor]) -> Asked:
    """Begin a new round with everybody eligible who has not passed."""
    await handoffs.forget_offers(work.tx, handoff.id)
    step = max(handoff.step + 1, ROUNDS_FROM)
    return await ask_from(work, handoff, fitting, step=step, text_id="alert_again")


async def fitting_now(work: Unit, conversation_id: str) -> list[Counselor]:
    """Everybody who may reach this client, best first."""
    needs = await conversations.read_needs(work.tx, conversation_id)
    return eligible(await counselors.roster(work.tx), needs)


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
            await _take_step(work, conversation, handoff, step)


async def _take_step(work: Unit, conversation: Conversation, handoff: Handoff, step: int) -> None:
    now, ladder = work.context.clock.now(), work.context.ladder
    if ladder.is_over(step, handoff.priority) or _kept_too_long(work, handoff, now):
        await end_unanswered(work, conversation, handoff)
        return
    if (later := _not_before(work, conversation, handoff)) is not None:
        await handoffs.change(work.tx, handoff.id, due_at=later)
        await ask_later(work, handoff, later)
        return
    step = await _clear_the_way(work, handoff, step, now)
    before = handoff.step
    again = step >= ROUNDS_FROM or (handoff.crisis and step > 0)
    fitting = await fitting_now(work, conversation.id)
    asked = await ask_from(work, handoff, fitting, step=step, text_id="alert_again" if again else "alert")
    if asked.count:
        await _tell_of_a_step(work, conversation, handoff, before)
    else:
        await _tell_of_keeping(work, conversation, handoff, asked)


def _not_before(work: Unit, conversation: Conversation, handoff: Handoff) -> datetime | None:
    """When a wished request is taken up if not now, because it is not safe to text its client; None: now."""
    now, heard_at = work.context.clock.now(), conversation.last_incoming_at
    if not handoff.wished or handoff.due_at is None or heard_at is None:
        return None
    safe = first_safe(conversation.contact, now, heard_at=heard_at, zone=work.context.clinic.zone)
    return safe if safe > now else None


def _kept_too_long(work: Unit, handoff: Handoff, now: datetime) -> bool:
    no_time_known = handoff.state == "open" and handoff.due_at is None and not handoff.crisis
    return no_time_known and now - handoff.opened_at > work.context.ladder.keep


async def _clear_the_way(work: Unit, handoff: Handoff, step: int, now: datetime) -> int:
    """A new shift begins with the first step and asks also those who passed in the one before."""
    if handoff.due_at is not None and handoff.due_at <= now:
        await handoffs.forget_offers(work.tx, handoff.id, passed=True)
        return 0
    if step >= ROUNDS_FROM or handoff.crisis:
        await handoffs.forget_offers(work.tx, handoff.id)
    return step


async def _tell_of_a_step(work: Unit, conversation: Conversation, handoff: Handoff, before: int) -> None:
    """The truth for who waits, with the help line again when it takes long."""
    if conversation.held_by is HeldBy.BOT:
        await conversations.change(work.tx, conversation.id, held_by=HeldBy.WAITING)
        if handoff.wished:
            await handoffs.change(work.tx, handoff.id, wished=False)
            await work.to_client(conversation, "asked_as_wished", handoff=handoff)
        return
    now = await handoffs.lock(work.tx, handoff.id)
    if handoff.crisis and before < now.step and now.step in (2, ROUNDS_FROM + 1):
        await work.to_client(conversation, "not_taken_yet", kind="crisis", handoff=handoff)
    elif not handoff.crisis and before < ROUNDS_FROM <= now.step:
        await work.to_client(conversation, "nobody_took", handoff=handoff)


async def _tell_of_keeping(work: Unit, conversation: Conversation, handoff: Handoff, asked: Asked) -> None:
    """Who was asked is gone, or the line has closed: say so once, and let the bot answer meanwhile."""
    if handoff.crisis:
        await tell_supervisors_of(work, "alert_nobody_fits", handoff)
        return
    if conversation.held_by is not HeldBy.WAITING and not handoff.wished:
        return
    await handoffs.change(work.tx, handoff.id, wished=False)
    await conversations.change(work.tx, conversation.id, held_by=HeldBy.BOT, rasa_stale=True)
    if when := when_said(work.context, asked.next_duty, conversation.language):
        await work.to_client(conversation, "kept_until", handoff=handoff, when=when)
    else:
        await work.to_client(conversation, "nobody_here", handoff=handoff)


async def offer_proof_missing(context: Context, handoff_id: int, step: int) -> None:
    """If not one alert of a step has left, waiting longer is no use: go on at once."""
    async with context.database.transaction() as tx:
        found = await handoffs.read(tx, handoff_id)
        if found is None or not found.waiting or found.step != step:
            return
        if await handoffs.alerts_left(tx, handoff_id, step):
            return
    await advance_ladder(context, handoff_id, step + 1, found.priority)


async def offer_again(context: Context) -> None:
    """Somebody came back on duty: they are asked about every handoff that waits for whoever is there."""
    async with context.database.transaction() as tx:
        waiting = [h for h in await handoffs.all_open(tx) if h.waiting]
    for handoff in waiting:
        if handoff.state == "open" and not (handoff.wished and handoff.due_at):
            await advance_ladder(context, handoff.id, handoff.step + 1, handoff.priority)
        elif handoff.crisis or handoff.step >= ROUNDS_FROM:
            await _ask_newcomers(context, handoff)


async def _ask_newcomers(context: Context, found: Handoff) -> None:
    """Ask who was not asked in this round. Its step and its time stay as they are."""
    async with unit(context) as work:
        conversation = await conversations.lock(work.tx, found.conversation_id)
        handoff = await handoffs.lock(work.tx, found.id)
        if not handoff.waiting:
            return
        watch = await watch_now(context, work.tx)
        asked = set(await handoffs.offers_of(work.tx, handoff.id))
        fitting = _awake(handoff, await fitting_now(work, conversation.id), watch)
        step, crisis = max(handoff.step, ROUNDS_FROM), handoff.crisis
        for counselor in whom_to_ask(step, fitting, asked, context.ladder, watch, crisis=crisis):
            await _ask(work, handoff, counselor, handoff.step, "alert_again")
