"""What the bot did not understand, for a supervisor at the desk to label. The texts are kept without who wrote them."""

from collections.abc import Iterable, Sequence

from bot.domain.access import Action
from bot.services import review
from bot.services.allowed import allow, recorded
from bot.services.context import Context
from bot.store.reviews import Review


async def open_questions(context: Context, counselor_id: str) -> Sequence[Review]:
    """What waits for a label, the most frequent first; that it was read is recorded. Raises NotAllowed."""
    async with context.database.transaction() as tx:
        await allow(tx, counselor_id, Action.LABEL)
        await recorded(tx, counselor_id, "read:questions")
    return await review.list_open(context.database)


async def label_question(
    context: Context, counselor_id: str, review_id: int, intent: str, intents: Iterable[str]
) -> None:
    """Say what one means. Raises NotAllowed, NoSuchReview and NoSuchIntent."""
    async with context.database.transaction() as tx:
        await allow(tx, counselor_id, Action.LABEL)
        await recorded(tx, counselor_id, "labelled", f"review={review_id}")
    await review.label(context.database, review_id, intent, intents)
