"""Learning from use: what was not understood, for a person to label and to commit. Nothing trains by itself.

Without who: no conversation, no time of day, and names and numbers are taken out before a text is sealed.
"""

from collections.abc import Iterable, Mapping, Sequence

from bot.domain.masking import without_who
from bot.services.context import Context
from bot.store import counselors, reviews, turns
from bot.store.database import Database
from bot.store.reviews import Review

IGNORE = "-"  # the label of a text that no intent should learn from
LONGEST = 500  # characters of a text that are kept


class NoSuchReview(LookupError):
    """There is no text with this number any more."""


class NoSuchIntent(ValueError):
    """The label is no intent of the bot's."""


async def keep(
    context: Context,
    conversation_id: str,
    turn_id: str,
    text: str,
    *,
    kind: str,
    guesses: Sequence[str] = (),
    meant: str | None = None,
    language: str | None = None,
) -> None:
    """Keep a text for review: `kind` is not_understood, chosen or corrected. Once for each turn."""
    day = context.clock.now().astimezone(context.clinic.zone).date()
    async with context.database.transaction() as tx:
        if not await turns.is_open(tx, int(turn_id), conversation_id):
            return
        names = [counselor.name for counselor in await counselors.roster(tx)]
        bare = " ".join(without_who(text[:LONGEST], names).split())
        again = await turns.effect(tx, int(turn_id), "review") is None and kind == "not_understood"
        detail = {"kind": kind, "guesses": list(guesses), "meant": meant, "language": language or "en"}
        await reviews.keep(tx, bare, detail, day, again=again)
        await turns.keep_effect(tx, int(turn_id), "review", {})


async def list_open(database: Database) -> Sequence[Review]:
    """What waits for a label, the most frequent first."""
    async with database.single() as tx:
        return await reviews.read(tx, labelled=False)


async def label(database: Database, review_id: int, intent: str, intents: Iterable[str]) -> None:
    """Say what a text means: one of `intents`, or IGNORE. Raises NoSuchReview or NoSuchIntent."""
    if intent != IGNORE and intent not in set(intents):
        raise NoSuchIntent(intent)
    async with database.single() as tx:
        if not await reviews.label(tx, review_id, intent):
            raise NoSuchReview(review_id)


async def export(database: Database) -> Mapping[str, str]:
    """Language -> the labelled texts as a file of examples, ready to be looked over and committed.

    "en" is Rasa's own format for data/nlu, "es" that of data/spanish/intents.yml. Languages without labels are
    left out. The texts stay until they are dropped or their time is over.
    """
    async with database.single() as tx:
        labelled = [one for one in await reviews.read(tx, labelled=True) if one.label != IGNORE]
    languages = sorted({one.language for one in labelled})
    return {
        language: _yaml([o for o in labelled if o.language == language], language) for language in languages
    }


def _yaml(labelled: Sequence[Review], language: str) -> str:
    by_intent: dict[str, list[str]] = {}
    for one in labelled:
        by_intent.setdefault(str(one.label), []).append(one.text)
    head = ["# Written by clients, labelled by an operator. Read every line before you commit it."]
    head += ['version: "3.1"', "", "nlu:"] if language == "en" else ["", "spanish:"]
    for intent, texts in sorted(by_intent.items()):
        head += [f"  - intent: {intent}", "    examples: |", *(f"      - {text}" for text in texts)]
    return "\n".join(head) + "\n"


async def drop(database: Database, review_id: int) -> None:
    """Forget one text. Raises NoSuchReview."""
    async with database.single() as tx:
        if not await reviews.drop(tx, review_id):
            raise NoSuchReview(review_id)
