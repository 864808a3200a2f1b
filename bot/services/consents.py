"""The record of consent (rules 4.1): when somebody was told, said stop or came back, how, and which text was shown.

It stands in the audit, which cannot be changed: no words of a person's, but the id of our text, its language, and a
digest of its wording, so that what was shown can be found in the history of the texts.
"""

import hashlib

from bot.domain.conversation import Conversation
from bot.services.outbox import Unit
from bot.store import audit, messages

TOLD, OPTED_OUT, OPTED_IN = "consent:told", "consent:opted_out", "consent:opted_in"


async def keep_consent(
    work: Unit,
    conversation: Conversation,
    what: str,
    *,
    how: str,
    shown: tuple[str, int | None] | None = None,
    actor: str = "client",
) -> None:
    """Keep one step of consent. `shown`: (text id, the message that carries it); without a message nothing was shown."""
    detail = f"how={how}"
    text_id, message_id = shown or ("", None)
    if message_id is not None:
        message = await messages.read(work.tx, message_id)
        detail += f"; shown={text_id} {conversation.language or 'en'} {digest(message.text)}"
    await audit.record(work.tx, what, actor=actor, conversation_id=conversation.id, detail=detail)


def digest(text: str) -> str:
    """A short name of a wording."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]
