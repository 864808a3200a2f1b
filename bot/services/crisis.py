"""What happens when the screen sees danger: help first, then a human, without Rasa. Never a promise, never a method."""

from datetime import timedelta

from bot.domain.conversation import Conversation, HeldBy
from bot.domain.country import country_of
from bot.domain.matching import is_eligible
from bot.domain.needs import in_their_language
from bot.screen.replies import follow_up_for, for_country
from bot.screen.verdict import Verdict
from bot.services.disclosure import disclose
from bot.services.handoff import HandoffOutcome, open_within
from bot.services.outbox import Unit
from bot.store import conversations, counselors, handoffs, outgoing, timers
from bot.store.messages import Message

QUESTION = "question"  # the timer of a direct question that nobody has answered yet
REPEAT_AFTER = timedelta(seconds=60)  # the same help is not sent again within this time


async def respond_to_crisis(
    work: Unit, conversation: Conversation, message: Message, verdict: Verdict
) -> None:
    """Send the fixed text and alert every eligible counselor, in the transaction that stores the verdict.

    While a counselor is on, no text goes in between: the counselor and the supervisors are told. To somebody who
    opted out nothing is sent; staff are alerted all the same.
    """
    now = work.context.clock.now()
    await conversations.change(work.tx, conversation.id, crisis_at=now, last_incoming_at=now)
    if conversation.held_by is HeldBy.COUNSELOR:
        await _tell_who_is_on(work, conversation)
        return
    before = await handoffs.open_of(work.tx, conversation.id)
    outcome = await raise_alarm(work, conversation, about_other=verdict.about == "other")
    last = await outgoing.last_of_kind(work.tx, conversation.id, ("crisis",))
    if last is not None and now - last < REPEAT_AFTER:
        return
    repeated = before is not None and before.crisis and last is not None
    country = await country_for(work, conversation)
    text_id = "repeat" if repeated else work.context.screen.reply_for(verdict, country)
    after = "" if repeated else follow_up_for(verdict, country=country)
    await send_help(work, conversation, text_id, outcome, reply_to=message.id, after=after)


async def country_for(work: Unit, conversation: Conversation) -> str | None:
    """The country of the client's address, None where the channel shows none."""
    channel, address = await conversations.address_of(work.tx, conversation.id)
    return country_of(channel, address, work.context.clinic.country)


async def raise_alarm(work: Unit, conversation: Conversation, *, about_other: bool = False) -> HandoffOutcome:
    """Open an urgent handoff, or make the open one urgent. Needs stay hard; the language they write is a wish."""
    await timers.forget(work.tx, QUESTION, conversation.id, work.context.clock.now())
    await conversations.change(work.tx, conversation.id, crisis_at=work.context.clock.now())
    known = await conversations.read_needs(work.tx, conversation.id)
    needs = in_their_language(known, conversation.language)
    if needs != known:
        await conversations.write_needs(work.tx, conversation.id, needs)
    return await open_within(work, conversation, needs, priority="crisis", about_other=about_other)


async def send_help(
    work: Unit,
    conversation: Conversation,
    text_id: str,
    outcome: HandoffOutcome,
    *,
    reply_to: int,
    after: str = "",
) -> None:
    """The crisis text with the true line about the counselors, in the numbers of the client's country.

    What nobody was told yet about us goes after it, and `after`, a question that must not come before help.
    """
    text_id = for_country(text_id, await country_for(work, conversation))
    line = "nobody" if outcome.state == "nobody_on_duty" else "alerted"
    if outcome.state == "nobody_eligible":
        line = ""
    await work.to_client(conversation, text_id, kind="crisis", reply_to=reply_to, line=line or None)
    if outcome.state == "nobody_eligible":
        await work.to_client(conversation, "nobody_eligible", kind="crisis", reply_to=reply_to)
    elif after:
        await work.to_client(conversation, after, kind="crisis", reply_to=reply_to)
    await disclose(work, conversation)


async def _tell_who_is_on(work: Unit, conversation: Conversation) -> None:
    handoff = await handoffs.open_of(work.tx, conversation.id)
    if handoff is None:
        return
    await handoffs.change(work.tx, handoff.id, priority="crisis")
    needs = await conversations.read_needs(work.tx, conversation.id)
    for counselor in await counselors.roster(work.tx):
        concerned = counselor.id == handoff.counselor_id or (
            counselor.supervisor and is_eligible(counselor, needs)
        )
        if concerned:
            await work.to_counselor(counselor, "alert_urgent_now", handoff)
