"""What runs by itself every second: due timers become jobs, and nothing that was accepted stays undone."""

from datetime import timedelta

from bot.services.asking import question_unanswered
from bot.services.calls import text_after_call
from bot.services.context import Context, Job
from bot.services.deliver import not_arrived
from bot.services.drill import drill_time_is_over
from bot.services.gate import knock_if_safe
from bot.services.ladder import advance_ladder, offer_proof_missing
from bot.services.leaving import wipe
from bot.services.outbox import Unit, deliver_job, unit
from bot.services.receipts import send_again
from bot.services.receive import handle_job
from bot.services.silence import first_reply_missing
from bot.services.supervisors import tell_supervisors
from bot.store import conversations, counselors, handoffs, messages, outgoing, timers
from bot.store.messages import Message

ORPHAN_AFTER = timedelta(seconds=5)  # a message this old without a job lost it, and gets a new one

UNSENT_AFTER = timedelta(seconds=3)  # a text queued this long ago should have left


async def fire_due_timers(context: Context) -> int:
    """Turn every timer that is due into a job, in one transaction. Returns how many."""
    async with context.database.transaction() as tx:
        due = await timers.take_due(tx, context.clock.now())
        await context.jobs.add(tx, *map(_timer_job, due))
    return len(due)


def _timer_job(timer_id: int) -> Job:
    """Its lock is its own: a timer that is fired again while its job still waits brings no second one."""
    return Job("timer", {"timer_id": timer_id}, lock=f"timer:{timer_id}", priority=5, one_waits=True)


async def fire_timer(context: Context, timer_id: int) -> None:
    """Do what a timer is for, then mark it done; one that was interrupted is fired again and re-checks."""
    async with context.database.transaction() as tx:
        timer = await timers.read(tx, timer_id)
    await _fire(context, timer)
    async with context.database.transaction() as tx:
        await timers.done(tx, timer_id, context.clock.now())


async def _fire(context: Context, timer: timers.Timer) -> None:
    match timer.kind:
        case "ladder_normal" | "ladder_crisis":
            priority = timer.kind.removeprefix("ladder_")
            await advance_ladder(context, int(timer.subject), timer.step, priority)
        case "offer_proof":
            await offer_proof_missing(context, int(timer.subject), timer.step)
        case "first_reply" | "nudged":
            await first_reply_missing(context, int(timer.subject), nudged=timer.kind == "nudged")
        case "question":
            await question_unanswered(context, timer.subject)
        case "knock":
            await knock_if_safe(context, timer.subject)
        case "wipe":
            await wipe(context, timer.subject, timer.step)
        case "resend":
            side, _, recipient = timer.subject.partition(":")
            job = deliver_job(None, recipient) if side == "counselor" else deliver_job(recipient, None)
            async with context.database.transaction() as tx:  # as a job, so that two never send at once
                await context.jobs.add(tx, job)
        case "missed_call":
            await text_after_call(context, timer.subject)
        case "arrived":
            await not_arrived(context, int(timer.subject))
        case "drill_over":
            await drill_time_is_over(context, int(timer.subject))
        case "send_again":
            await send_again(context, int(timer.subject))
        case unknown:
            raise ValueError(f"no timer is called {unknown}")


async def adopt_orphans(context: Context) -> int:
    """Give a job to every accepted message that has none any more, and to every text that is still unsent."""
    async with context.database.transaction() as tx:
        lost = await messages.orphans(tx, context.clock.now() - ORPHAN_AFTER)
        for message_id, conversation_id, counselor_id in lost:
            if conversation_id is not None:
                await context.jobs.add(tx, handle_job(message_id, conversation_id))
            else:
                args = {"message_id": message_id}
                await context.jobs.add(tx, Job("staff", args, lock=f"staff:{counselor_id}", priority=5))
        return len(lost)


async def resume_sending(context: Context) -> int:
    """Send what was left queued or half-sent by a process that ended. Its own lock keeps it off a running job."""
    async with context.database.transaction() as tx:
        waiting = await outgoing.unsent_recipients(tx, context.clock.now() - UNSENT_AFTER)
        await context.jobs.add(tx, *(deliver_job(None if c else conv, c) for conv, c in waiting))
    return len(waiting)


async def give_up_on(context: Context, message_id: int) -> None:
    """A message could not be processed: mark it, tell the person the truth, and tell a human of the staff."""
    async with unit(context, answering=True) as work:
        message = await messages.read(work.tx, message_id)
        if message.handled_at is not None:
            return
        if message.counselor_id is not None:
            counselor = await counselors.read(work.tx, message.counselor_id)
            await work.to_counselor(counselor, "staff_failed")
        elif message.conversation_id is not None:
            await _tell_client_and_staff(work, message)
        await messages.finish(work.tx, message_id, "failed", context.clock.now())


async def _tell_client_and_staff(work: Unit, message: Message) -> None:
    """Whoever holds the conversation hears of it; without one the client hears the truth and supervisors do."""
    assert message.conversation_id is not None
    conversation = await conversations.lock(work.tx, message.conversation_id)
    handoff = await handoffs.open_of(work.tx, conversation.id)
    if handoff is not None and handoff.counselor_id is not None:
        counselor = await counselors.read(work.tx, handoff.counselor_id)
        await work.to_counselor(counselor, "alert_failed_message", handoff)
        return
    await work.to_client(conversation, "cannot_answer", reply_to=message.id)
    await tell_supervisors(work, "alert_failed_plain", conversation.id)
