"""Who it would be: the counselor a client would get, by name and in their own words, and "somebody else, please"."""

from bot.domain.conversation import Conversation
from bot.domain.needs import Needs, merge
from bot.domain.options import Option
from bot.domain.preview import Preview, likeliest, shown
from bot.services.changing import keep_needs
from bot.services.context import Context
from bot.services.loosening import tell_nobody_fits
from bot.services.outbox import Unit
from bot.services.watch import watch_now
from bot.store import conversations, counselors, handoffs
from bot.store.database import Tx
from bot.store.messages import Message


async def preview(context: Context, needs: Needs) -> Preview | None:
    """Who would be asked first; None when nobody who fits is on duty."""
    async with context.database.transaction() as tx:
        return await _preview(context, tx, needs)


async def _preview(context: Context, tx: Tx, needs: Needs) -> Preview | None:
    watch = await watch_now(context, tx)
    found = likeliest(await counselors.roster(tx), needs, watch)
    return None if found is None else shown(found)


async def tell_who_it_would_be(work: Unit, conversation: Conversation, *, reply_to: int | None) -> None:
    """Show it, with the choice of somebody else."""
    needs = await conversations.read_needs(work.tx, conversation.id)
    found = await _preview(work.context, work.tx, needs)
    if found is None:
        await work.to_client(conversation, "preview_nobody", reply_to=reply_to)
        return
    text_id = "preview" if found.about else "preview_name"
    text, options = work.context.texts.render(
        text_id, work.context.clinic, language=conversation.language, name=found.name, about=found.about
    )
    offered = [Option(o.label, o.payload.replace("WHO", found.id)) for o in options]
    await work.say(conversation, text, offered, kind="notice", reply_to=reply_to)


async def tell_who_is_on(work: Unit, conversation: Conversation, *, reply_to: int | None) -> None:
    """The same of the counselor who holds the conversation."""
    handoff = await handoffs.open_of(work.tx, conversation.id)
    if handoff is None or handoff.counselor_id is None:
        return
    found = shown(await counselors.read(work.tx, handoff.counselor_id))
    if found.about:
        await work.to_client(
            conversation, "preview_on", reply_to=reply_to, name=found.name, about=found.about
        )


async def rather_somebody_else(
    work: Unit, conversation: Conversation, message: Message, counselor_id: str
) -> None:
    """Not this one: it counts from now on, by every path. No reason is asked for."""
    needs = await conversations.read_needs(work.tx, conversation.id)
    changed = merge(needs, Needs(never=(f"counselor:{counselor_id}",)))
    if not await keep_needs(work, conversation, changed):
        await tell_nobody_fits(work, conversation, changed, reply_to=message.id)
    else:
        await tell_who_it_would_be(work, conversation, reply_to=message.id)
