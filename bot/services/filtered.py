"""What a carrier took for spam is said once more, in the plainest words (rules 4.9, code 30007)."""

from datetime import timedelta

from bot.screen.replies import for_country
from bot.services.crisis import country_for
from bot.services.outbox import Unit
from bot.store import conversations, outgoing
from bot.store.messages import Message

PLAINER = "plainer"  # the kind of such a text: one that is filtered as well is not said a third time
EVERY = timedelta(hours=1)


async def say_plainer(work: Unit, message: Message) -> None:
    """One short text instead of a filtered one of the bot's; a counselor hears that theirs did not arrive.

    A filtered crisis text is followed at once, however often; another at most once an hour.
    """
    if message.conversation_id is None or message.counselor_id is not None or message.author == "counselor":
        return
    if message.kind.startswith(PLAINER):
        return
    conversation, crisis = (
        await conversations.lock(work.tx, message.conversation_id),
        message.kind == "crisis",
    )
    last = await outgoing.last_of_kind(work.tx, conversation.id, (PLAINER,))
    if not crisis and last is not None and work.context.clock.now() - last < EVERY:
        return
    text_id = "filtered"
    if crisis:
        text_id = for_country("filtered_crisis", await country_for(work, conversation))
    await work.to_client(conversation, text_id, kind=f"{PLAINER}_crisis" if crisis else PLAINER)
