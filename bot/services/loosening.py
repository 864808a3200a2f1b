"""Nobody fits: the client hears it with choices, one of them to make a single need of theirs a wish. Never in silence."""

from bot.domain.conversation import Conversation
from bot.domain.loosening import loosenable
from bot.domain.needs import Needs
from bot.domain.needs_spoken import as_a_wish
from bot.domain.options import Option
from bot.services.outbox import Unit
from bot.store import counselors

MOST_OFFERED = 2  # with more the choices do not fit into two SMS parts


async def choices_of(work: Unit, conversation: Conversation, needs: Needs) -> tuple[tuple[str, str], ...]:
    """(label, payload) for each must that alone keeps everybody out; a refusal is never among them."""
    roster = await counselors.roster(work.tx)
    names = {one.name: one.id for one in roster}
    return tuple(
        (as_a_wish(need, names, conversation.language), f"loosen:{need}")
        for need in loosenable(roster, needs)[:MOST_OFFERED]
    )


async def tell_nobody_fits(
    work: Unit, conversation: Conversation, needs: Needs, *, reply_to: int | None
) -> None:
    text, options = work.context.texts.render(
        "nobody_fits", work.context.clinic, language=conversation.language
    )
    loosen = await choices_of(work, conversation, needs)
    offered = [Option(o.label, o.payload) for o in options] + [Option(*choice) for choice in loosen]
    await work.say(conversation, text, offered, kind="notice", reply_to=reply_to)
