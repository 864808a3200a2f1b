"""Carries messages both ways while a counselor holds a conversation. The bot says nothing in between."""

from bot.domain.conversation import Conversation
from bot.services.context import Context
from bot.services.outbox import Unit
from bot.services.taking import Said, case, told
from bot.store import counselors, handoffs, ladder_records, messages
from bot.store.messages import Message

NO_WORDS = "(a message without words, such as a picture)"


async def relay_to_counselor(
    work: Unit, conversation: Conversation, message: Message, *, flagged: bool
) -> bool:
    """Pass a client's words to the counselor who holds the conversation. False when nobody holds it any more."""
    handoff = await handoffs.open_of(work.tx, conversation.id)
    if handoff is None or handoff.state != "taken" or handoff.counselor_id is None:
        return False
    counselor = await counselors.read(work.tx, handoff.counselor_id)
    text_id = "relay_flagged" if flagged else "relay_client"
    words = message.text.strip() or NO_WORDS
    if message.kind == "edited":
        words = f"(edited) {words}"
    await work.to_counselor(counselor, text_id, handoff, text=words)
    return True


async def relay_to_client(context: Context, counselor_id: str, tag: str, text: str) -> Said:
    """Send a counselor's words to the client of exactly this case, and only while the counselor holds it."""
    async with case(context, counselor_id, tag) as found:
        if found is None:
            return Said(False, told(context, "no_such_case", tag=tag))
        if not found.mine:
            return found.say("not_yours", ok=False)
        if not text.strip():
            return found.say("nothing_to_say", ok=False)
        if found.conversation.opted_out_at is not None:
            return found.say("client_left", ok=False)
        words = f"{found.counselor.name}: {text.strip()}"
        said = await found.work.say(
            found.conversation, words, author="counselor", kind="relay", handoff=found.handoff
        )
        kept = said is not None and (await messages.read(found.work.tx, said)).status == "held"
        if found.handoff.first_reply_at is None:
            now = context.clock.now()
            await handoffs.change(found.work.tx, found.handoff.id, first_reply_at=now)
            await ladder_records.record(
                found.work.tx, found.handoff, "first_reply", now, counselor_id=counselor_id
            )
        return found.say("kept_for_client") if kept else Said(True, "")
