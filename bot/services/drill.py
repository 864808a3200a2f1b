"""A drill: a synthetic crisis on the real path to the counselors on duty, and what was seen of each proof, by the clock.

Its client is nobody: the conversation is on a channel without phones. Every text to staff about it says that it is a
drill, and it stands in no report.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from bot.channels.base import Incoming
from bot.domain.handoff import DRILL, Handoff
from bot.services.closing import call_off_offers, close_within
from bot.services.context import Context
from bot.services.outbox import unit
from bot.services.receive import receive_from_client
from bot.store import audit, conversations, counselors, drills, handoffs, rights
from bot.store.drills import Alert

WORDS = "I am going to kill myself tonight"  # a clear sign of the screen's; nobody wrote it


@dataclass(frozen=True)
class Drilled:
    """What was seen so far. Times are seconds since the text came in; None: not seen."""

    handoff: Handoff | None
    began: datetime
    alerts: tuple[Alert, ...] = ()
    names: tuple[str, ...] = ()

    def seconds(self, moment: datetime | None) -> float | None:
        return None if moment is None else max(0.0, (moment - self.began).total_seconds())

    @property
    def taken(self) -> float | None:
        return self.seconds(self.handoff.taken_at if self.handoff else None)

    @property
    def first_reply(self) -> float | None:
        return self.seconds(self.handoff.first_reply_at if self.handoff else None)

    @property
    def is_over(self) -> bool:
        return self.handoff is not None and self.handoff.state == "closed"

    @property
    def passed(self) -> bool:
        """Whether every proof was seen, of at least one counselor."""
        accepted = any(alert.accepted_at for alert in self.alerts)
        return accepted and self.taken is not None and self.first_reply is not None


async def begin_drill(context: Context, operator: str) -> str | None:
    """Let the synthetic text come in, and keep in the audit who wanted it; returns the conversation's id.

    None, and nothing was done, when no worker runs that would deal with it now.
    """
    async with context.database.transaction() as tx:
        if not await drills.somebody_works(tx):
            return None
    number = uuid4().hex
    message_id = await receive_from_client(context, Incoming(DRILL, number, f"{DRILL}:{number}", WORDS))
    assert message_id is not None
    async with context.database.transaction() as tx:
        conversation_id = await drills.conversation_of(tx, message_id)
        await audit.record(
            tx, "drill:begin", actor="operator", actor_id=operator, conversation_id=conversation_id
        )
    return conversation_id


async def see_drill(context: Context, conversation_id: str) -> Drilled:
    """Everything that was seen until now."""
    async with context.database.transaction() as tx:
        began = await drills.began(tx, conversation_id)
        handoff = await handoffs.open_of(tx, conversation_id) or await handoffs.last_closed_of(
            tx, conversation_id
        )
        if handoff is None:
            return Drilled(None, began)
        alerts = await drills.alerts(tx, handoff.id)
        names = [(await counselors.read(tx, alert.counselor_id)).name for alert in alerts]
    return Drilled(handoff, began, tuple(alerts), tuple(names))


async def end_drill(context: Context, conversation_id: str) -> None:
    """Call off what is still asked, tell who holds it that it is over, and keep the figures. Again is harmless."""
    async with unit(context) as work:
        conversation = await conversations.lock(work.tx, conversation_id)
        found = await handoffs.open_of(work.tx, conversation_id)
        if found is None or not found.drill:
            return
        handoff = await handoffs.lock(work.tx, found.id)
        await call_off_offers(work, conversation, handoff)
        if handoff.counselor_id is not None:
            counselor = await counselors.read(work.tx, handoff.counselor_id)
            await work.to_counselor(counselor, "drill_over", handoff)
        await close_within(work, conversation, handoff, reason=DRILL)


async def keep_figures(context: Context, drilled: Drilled) -> None:
    """The figures in the audit: seconds and counts."""
    if drilled.handoff is None:
        return
    alerts = drilled.alerts
    said = {
        "asked": len(alerts),
        "accepted": sum(alert.accepted_at is not None for alert in alerts),
        "delivered": sum(alert.delivered_at is not None for alert in alerts),
        "taken": _short(drilled.taken),
        "reply": _short(drilled.first_reply),
    }
    async with context.database.transaction() as tx:
        await audit.record(
            tx,
            "drill:end",
            actor="service",
            handoff_id=drilled.handoff.id,
            conversation_id=drilled.handoff.conversation_id,
            detail=" ".join(f"{name}={value}" for name, value in said.items()),
        )


async def drill_time_is_over(context: Context, handoff_id: int) -> None:
    """The timer of every drill: it ends also when whoever began it is gone."""
    async with context.database.transaction() as tx:
        found = await handoffs.read(tx, handoff_id)
    if found is not None and found.state != "closed":
        await end_drill(context, found.conversation_id)


async def forget_drill(context: Context, conversation_id: str) -> None:
    """Nobody dealt with it in time: nothing of it stays that a worker could begin later."""
    async with context.database.transaction() as tx:
        await rights.erase(tx, conversation_id)


def _short(seconds: float | None) -> str:
    return "none" if seconds is None else f"{seconds:.1f}"
