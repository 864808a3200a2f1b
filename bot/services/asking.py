"""The direct question of the screen: asking it, and what follows when nobody answers it. Silence is never a "no"."""

from datetime import timedelta

from bot.domain.conversation import Conversation, HeldBy
from bot.screen.replies import follow_up_for, for_country
from bot.screen.verdict import Verdict
from bot.services.context import Context
from bot.services.crisis import QUESTION, country_for, raise_alarm, send_help
from bot.services.disclosure import disclose
from bot.services.outbox import Unit, unit
from bot.store import conversations, timers
from bot.store.messages import Message

ANSWER_WITHIN = timedelta(minutes=5)  # after this a human is told that the question stands unanswered


async def ask_directly(work: Unit, conversation: Conversation, message: Message, verdict: Verdict) -> None:
    """Send the question for this verdict and set the timer that waits for its answer."""
    await disclose(work, conversation)
    text_id = work.context.screen.reply_for(verdict, await country_for(work, conversation))
    await work.to_client(conversation, text_id, kind="ask", reply_to=message.id)
    await timers.add(
        work.tx,
        key=f"{QUESTION}:{message.id}",
        kind=QUESTION,
        subject=conversation.id,
        due_at=work.context.clock.now() + ANSWER_WITHIN,
    )


async def question_unanswered(context: Context, conversation_id: str) -> None:
    """Pass the conversation to people as urgent: an unclear sign without an answer counts as high (rules 2.3).

    The client is sent nothing: they did not write. What they write next gets the honest text with 988.
    """
    async with unit(context) as work:
        conversation = await conversations.lock(work.tx, conversation_id)
        waiting = {kind for kind, _ in await timers.pending(work.tx, conversation_id)}
        if QUESTION in waiting and conversation.held_by is HeldBy.BOT and conversation.crisis_at is None:
            await raise_alarm(work, conversation)


async def answered_in_danger(
    work: Unit, conversation: Conversation, message: Message, text_id: str, *, about_other: bool = False
) -> None:
    """The direct question was answered with danger: help for that danger, and every eligible counselor asked."""
    outcome = await raise_alarm(work, conversation, about_other=about_other)
    country = await country_for(work, conversation)
    after = follow_up_for(Verdict("crisis"), country=country)
    await send_help(work, conversation, text_id, outcome, reply_to=message.id, after=after)


async def answered_no(work: Unit, conversation: Conversation, message: Message) -> None:
    """Believed, and kept for the counselor to see."""
    await timers.forget(work.tx, QUESTION, conversation.id, work.context.clock.now())
    text_id = for_country("ask_no", await country_for(work, conversation))
    await work.to_client(conversation, text_id, reply_to=message.id)
