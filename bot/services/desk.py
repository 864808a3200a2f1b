"""What the desk reads. A counselor sees only whom they are eligible for; every read of a conversation is recorded.

A supervisor may also read what a colleague holds, if eligible; answering stays with who took it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.access import Action, may
from bot.domain.handoff import Handoff
from bot.domain.matching import Counselor, is_eligible
from bot.domain.needs import Needs
from bot.screen.verdict import Verdict
from bot.services.allowed import allow
from bot.services.context import Context
from bot.services.own_words import hides_anything, veiled, without_own_words
from bot.store import audit, board, conversations, counselors, handoffs, messages, verdicts
from bot.store.board import Note, Waiting
from bot.store.database import Tx
from bot.store.messages import Message

_NOTED_EVERY = timedelta(minutes=10)  # a page that keeps itself fresh is one reading, noted again after this


@dataclass(frozen=True)
class Row:
    """One handoff in the queue, as this person may see it."""

    handoff: Handoff
    channel: str
    taken_by: str | None
    mine: bool
    can_take: bool
    can_read: bool
    waited: timedelta
    unanswered_since: datetime | None


@dataclass(frozen=True)
class View:
    """One conversation with what the person who reads it may know.

    `lines`: a message, and the screen's verdict on it. `colleagues`: to whom who holds it may pass it on now.
    `for_the_taker`: there are words about needs that only who takes it sees.
    """

    handoff: Handoff
    channel: str
    needs: Needs
    people: dict[str, str]
    verdicts: Sequence[Verdict]
    lines: Sequence[tuple[Message, str | None]]
    notes: Sequence[Note]
    holder: str | None
    colleagues: Sequence[Counselor]
    mine: bool
    can_take: bool
    for_the_taker: bool


async def queue(context: Context, counselor_id: str) -> list[Row]:
    """Every open handoff, crisis first; what this person may not read is shown without a way in."""
    now = context.clock.now()
    async with context.database.transaction() as tx:
        me = await allow(tx, counselor_id, Action.SEE_QUEUE)
        people = {person.id: person for person in await counselors.roster(tx)}
        return [_row(waiting, people, me, now) for waiting in await board.open_handoffs(tx)]


def _row(waiting: Waiting, people: dict[str, Counselor], me: Counselor, now: datetime) -> Row:
    handoff = waiting.handoff
    holder = people.get(handoff.counselor_id or "")
    mine, eligible = _is_mine(handoff, me), is_eligible(me, waiting.needs)
    return Row(
        handoff,
        waiting.channel,
        holder.name if holder else None,
        mine=mine,
        can_take=eligible and handoff.waiting,
        can_read=_may_read(handoff, me, eligible=eligible),
        waited=(handoff.taken_at or now) - handoff.opened_at,
        unanswered_since=waiting.unanswered_since if mine or may(me.role, Action.OVERSEE) else None,
    )


def _is_mine(handoff: Handoff, me: Counselor) -> bool:
    return handoff.state == "taken" and handoff.counselor_id == me.id


def _may_read(handoff: Handoff, me: Counselor, *, eligible: bool) -> bool:
    if not eligible or not may(me.role, Action.READ):
        return False
    return handoff.waiting or _is_mine(handoff, me) or may(me.role, Action.OVERSEE)


async def conversation(
    context: Context, counselor_id: str, handoff_id: int, *, background: bool = False
) -> View | None:
    """The conversation behind a handoff; None when it is closed or not this person's to see."""
    async with context.database.transaction() as tx:
        me = await allow(tx, counselor_id, Action.READ)
        handoff = await handoffs.read(tx, handoff_id)
        if handoff is None or handoff.state == "closed":
            return None
        needs = await conversations.read_needs(tx, handoff.conversation_id)
        if not _may_read(handoff, me, eligible=is_eligible(me, needs)):
            return None
        await _record(context, tx, me, handoff, background=background)
        return await _view(tx, handoff, needs, me)


async def _view(tx: Tx, handoff: Handoff, needs: Needs, me: Counselor) -> View:
    mine = _is_mine(handoff, me)
    roster = await counselors.roster(tx)
    people = {person.id: person.name for person in roster}
    lines = await messages.history(tx, handoff.conversation_id)
    return View(
        handoff,
        (await conversations.read(tx, handoff.conversation_id)).channel,
        needs if mine else without_own_words(needs),
        people,
        await verdicts.evidence_of(tx, handoff.conversation_id),
        lines if mine else veiled(lines),
        await board.notes_of(tx, handoff.id) if mine or may(me.role, Action.OVERSEE) else [],
        people.get(handoff.counselor_id or ""),
        [c for c in roster if mine and c.id != me.id and c.reachable and is_eligible(c, needs)],
        mine=mine,
        can_take=handoff.waiting,
        for_the_taker=not mine and hides_anything(needs),
    )


async def _record(context: Context, tx: Tx, me: Counselor, handoff: Handoff, *, background: bool) -> None:
    if background:
        since = context.clock.now() - _NOTED_EVERY
        noted = await audit.entries(
            tx, conversation_id=handoff.conversation_id, actor_id=me.id, since=since, limit=1
        )
        if noted:
            return
    how = "desk" if handoff.waiting or _is_mine(handoff, me) else "supervision"
    await handoffs.record_read(tx, me.id, handoff.conversation_id, how)
