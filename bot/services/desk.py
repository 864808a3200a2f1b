"""What the desk reads. A counselor sees only whom they are eligible for; every read of a conversation is recorded."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.handoff import Handoff
from bot.domain.matching import Counselor, is_eligible
from bot.domain.needs import Needs
from bot.screen.verdict import Verdict
from bot.services.context import Context
from bot.store import conversations, counselors, handoffs, messages, verdicts
from bot.store.database import Tx
from bot.store.messages import Message


@dataclass(frozen=True)
class Row:
    """One handoff in the queue, as this counselor may see it."""

    handoff: Handoff
    channel: str
    taken_by: str | None
    mine: bool
    can_take: bool


@dataclass(frozen=True)
class View:
    """One conversation with what the counselor who reads it may know."""

    handoff: Handoff
    needs: Needs
    verdicts: Sequence[Verdict]
    lines: Sequence[tuple[Message, str | None]]
    counselor_name: str | None
    mine: bool
    can_take: bool


async def staff(context: Context) -> list[Counselor]:
    async with context.database.transaction() as tx:
        return await counselors.roster(tx)


async def queue(context: Context, counselor_id: str) -> list[Row]:
    """Every open handoff this counselor may take or holds; others' are shown without a way in."""
    async with context.database.transaction() as tx:
        roster = {c.id: c for c in await counselors.roster(tx)}
        return [await _row(tx, h, roster, counselor_id) for h in await handoffs.all_open(tx)]


async def _row(tx: Tx, handoff: Handoff, roster: dict[str, Counselor], counselor_id: str) -> Row:
    conversation = await conversations.read(tx, handoff.conversation_id)
    needs = await conversations.read_needs(tx, handoff.conversation_id)
    holder = roster.get(handoff.counselor_id or "")
    may = counselor_id in roster and is_eligible(roster[counselor_id], needs)
    return Row(
        handoff,
        conversation.channel,
        holder.name if holder else None,
        mine=handoff.counselor_id == counselor_id,
        can_take=may and handoff.waiting,
    )


async def conversation(context: Context, counselor_id: str, handoff_id: int) -> View | None:
    """The conversation behind a handoff; None unless this counselor holds it or is eligible and it is waiting."""
    async with context.database.transaction() as tx:
        handoff = await handoffs.read(tx, handoff_id)
        if handoff is None or handoff.state == "closed":
            return None
        reader = await counselors.read(tx, counselor_id)
        needs = await conversations.read_needs(tx, handoff.conversation_id)
        mine = handoff.state == "taken" and handoff.counselor_id == counselor_id
        if not is_eligible(reader, needs) or not (mine or handoff.waiting):
            return None
        await handoffs.record_read(tx, counselor_id, handoff.conversation_id, "desk")
        return View(
            handoff,
            needs,
            await verdicts.evidence_of(tx, handoff.conversation_id),
            await messages.history(tx, handoff.conversation_id),
            reader.name if mine else None,
            mine=mine,
            can_take=handoff.waiting,
        )


async def tag_of(context: Context, handoff_id: int) -> str | None:
    async with context.database.transaction() as tx:
        handoff = await handoffs.read(tx, handoff_id)
    return handoff.tag if handoff and handoff.state != "closed" else None
