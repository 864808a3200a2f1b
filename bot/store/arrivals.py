"""One read of all that is needed to decide about an incoming message."""

from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import bindparam, exists, func, literal_column, select

from bot.domain.conversation import Conversation
from bot.screen.verdict import Verdict
from bot.store.conversations import COLUMNS, conversation_from
from bot.store.database import Tx
from bot.store.messages import Message, message_from
from bot.store.tables import conversation, message, verdict
from bot.store.verdicts import verdict_from

ONE_THOUGHT = timedelta(seconds=60)  # several quick texts may be one thought (rules 4.8)
MOST_EARLIER = 5


@dataclass(frozen=True)
class Arrival:
    """A client's message, its conversation, its verdict if there is one, and what surrounds it.

    `earlier` are the client's texts of the last minute, oldest first. `question_was_sent`: the newest question
    was on its way before this message was written, so a number may answer it. `older_waits`: an earlier message of this
    client was not dealt with, because its job was lost.
    """

    message: Message
    conversation: Conversation
    verdict: Verdict | None
    earlier: tuple[str, ...]
    question_was_sent: bool
    older_waits: bool = False

    def with_verdict(self, found: Verdict) -> "Arrival":
        return replace(self, verdict=found)


_question, _before, _older = message.alias("question"), message.alias("before"), message.alias("older")
_EARLIER = (
    select(_before.c.text)
    .where(
        _before.c.conversation_id == message.c.conversation_id,
        _before.c.counselor_id.is_(None),
        _before.c.direction == "incoming",
        _before.c.id < message.c.id,
        _before.c.created_at >= message.c.created_at - ONE_THOUGHT,
    )
    .order_by(_before.c.id.desc())
    .limit(MOST_EARLIER)
)
# The direction as a constant: only so the small index of what was not dealt with can be used.
_OLDER = exists(
    select(_older.c.id).where(
        _older.c.conversation_id == message.c.conversation_id,
        _older.c.counselor_id.is_(None),
        _older.c.direction == literal_column("'incoming'"),
        _older.c.handled_at.is_(None),
        _older.c.id < message.c.id,
    )
)
_READ = (
    select(
        message,
        *(column.label(f"c_{column.name}") for column in COLUMNS),
        verdict.c.level,
        verdict.c.detail,
        (_question.c.sent_at <= message.c.created_at).label("question_was_sent"),
        func.array(_EARLIER.scalar_subquery()).label("earlier"),
        _OLDER.label("older_waits"),
    )
    .join(conversation, conversation.c.id == message.c.conversation_id)
    .outerjoin(verdict, verdict.c.message_id == message.c.id)
    .outerjoin(_question, _question.c.id == conversation.c.options_message_id)
    .where(message.c.id == bindparam("id"))
)


async def read(tx: Tx, message_id: int) -> Arrival:
    row = (await tx.run(_READ, {"id": message_id})).one()
    return Arrival(
        message=message_from(row, tx.vault),
        conversation=conversation_from(row, tx.vault, "c_"),
        verdict=verdict_from(row, tx.vault) if row.level else None,
        earlier=tuple(tx.vault.open(bytes(text), "message.text") for text in reversed(row.earlier)),
        question_was_sent=bool(row.question_was_sent),
        older_waits=row.older_waits,
    )
