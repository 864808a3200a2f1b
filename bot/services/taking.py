"""What a counselor does with a handoff: take, pass, close, note. Each says what happened, for a phone or the desk."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from bot.domain.conversation import Conversation, HeldBy
from bot.domain.handoff import WRAP_UPS, Handoff
from bot.domain.matching import Counselor, is_eligible
from bot.domain.needs import Needs
from bot.domain.needs_said import in_words
from bot.domain.options import number_in
from bot.services.closing import close_within
from bot.services.context import Context
from bot.services.ladder import advance_ladder
from bot.services.lines import with_line
from bot.services.outbox import Unit, unit
from bot.store import conversations, counselors, handoffs, ladder_records, messages, outgoing, timers

CONTEXT_LINES = 3  # the client's newest texts that a counselor gets on taking


@dataclass(frozen=True)
class Said:
    """What the counselor is told; `ok` is False when nothing changed."""

    ok: bool
    text: str


@dataclass(frozen=True)
class Case:
    """A handoff with its conversation locked, and the counselor who acts on it."""

    work: Unit
    conversation: Conversation
    handoff: Handoff
    counselor: Counselor
    needs: Needs

    @property
    def eligible(self) -> bool:
        return is_eligible(self.counselor, self.needs)

    @property
    def mine(self) -> bool:
        held = self.handoff.state == "taken" and self.handoff.counselor_id == self.counselor.id
        return held and self.counselor.on_staff

    def say(self, text_id: str, *, ok: bool = True, **values: str) -> Said:
        return Said(ok, told(self.work.context, text_id, tag=self.handoff.tag, **values))


def told(context: Context, text_id: str, **values: str) -> str:
    """One of the texts for staff, filled in."""
    return context.texts.render(text_id, context.clinic, **values)[0]


@asynccontextmanager
async def case(context: Context, counselor_id: str, tag: str) -> AsyncIterator[Case | None]:
    """The open case a tag names, locked; None when it names none. Conversation before handoff, always."""
    async with unit(context) as work:
        found = await handoffs.by_tag(work.tx, tag)
        if found is None:
            yield None
            return
        conversation = await conversations.lock(work.tx, found.conversation_id)
        handoff = await handoffs.lock(work.tx, found.id)
        counselor = await counselors.read(work.tx, counselor_id)
        needs = await conversations.read_needs(work.tx, conversation.id)
        yield Case(work, conversation, handoff, counselor, needs) if handoff.state != "closed" else None


async def take_handoff(context: Context, counselor_id: str, tag: str) -> Said:
    """Take a waiting handoff. Of two who take at once exactly one gets it; who is not eligible never does."""
    async with case(context, counselor_id, tag) as found:
        if found is None:
            return Said(False, told(context, "no_such_case", tag=tag))
        if found.mine:
            return found.say("already_yours", ok=False)
        if not found.eligible:
            return found.say("cannot_take", ok=False)
        if not found.handoff.waiting:
            return found.say("already_taken", ok=False)
        await _take(found)
        return found.say("taken_you")


async def _take(found: Case) -> None:
    work, now = found.work, found.work.context.clock.now()
    handoff = await with_line(work, found.counselor, found.handoff)
    found = replace(found, handoff=handoff)
    who, line = found.counselor.id, handoff.line
    await handoffs.change(work.tx, handoff.id, state="taken", counselor_id=who, taken_at=now, line=line)
    await handoffs.add_offer(work.tx, handoff.id, found.counselor.id, handoff.step)
    await handoffs.set_offer(work.tx, handoff.id, found.counselor.id, "taken")
    await ladder_records.record(work.tx, handoff, "taken", now, counselor_id=who)
    await conversations.change(work.tx, found.conversation.id, held_by=HeldBy.COUNSELOR)
    await conversations.offer_options(work.tx, found.conversation.id, None, ())
    await outgoing.drop_unsent_answers(work.tx, found.conversation.id)
    await work.to_client(
        found.conversation, "joined", kind="joined", handoff=handoff, name=found.counselor.name
    )
    await _tell_the_taker(found)
    await _tell_the_others(found)
    await timers.add(
        work.tx,
        key=f"first_reply:{handoff.id}:{found.counselor.id}:{now.timestamp():.3f}",
        kind="first_reply",
        subject=str(handoff.id),
        due_at=now + work.context.ladder.of(handoff.priority).first_reply,
    )


async def _tell_the_taker(found: Case) -> None:
    """Needs first, then the newest words: only to the one counselor who took the conversation."""
    work, handoff = found.work, found.handoff
    await work.to_counselor(found.counselor, "taken_you", handoff)
    names = {counselor.id: counselor.name for counselor in await counselors.roster(work.tx)}
    contact = found.conversation.contact
    called = f"Call them {contact.call_me}. " if contact.call_me else ""
    if needs := called + in_words(found.needs, names):
        await work.to_counselor(found.counselor, "taken_needs", handoff, needs=needs)
    for _, note in await handoffs.notes_of(work.tx, handoff.id):
        await work.to_counselor(found.counselor, "taken_note", handoff, note=note)
    await handoffs.record_read(work.tx, found.counselor.id, found.conversation.id, "take")
    written = await messages.history(work.tx, found.conversation.id, 30)
    for line in [m for m, _ in written if _are_own_words(m)][-CONTEXT_LINES:]:
        await work.to_counselor(found.counselor, "taken_context", handoff, text=line.text)


def _are_own_words(message: messages.Message) -> bool:
    """What a client wrote; a button or the number of an option says nothing without its question."""
    chosen = message.press is not None or number_in(message.text) is not None
    return message.author == "client" and bool(message.text.strip()) and not chosen


async def _tell_the_others(found: Case) -> None:
    for counselor_id, state in (await handoffs.offers_of(found.work.tx, found.handoff.id)).items():
        if state == "sent" and counselor_id != found.counselor.id:
            await handoffs.set_offer(found.work.tx, found.handoff.id, counselor_id, "lapsed")
            other = await counselors.read(found.work.tx, counselor_id)
            await found.work.to_counselor(other, "taken_other", found.handoff)


async def pass_handoff(context: Context, counselor_id: str, tag: str) -> Said:
    """Leave a handoff to colleagues. When everybody who was asked has passed, the next step begins at once."""
    async with case(context, counselor_id, tag) as found:
        if found is None:
            return Said(False, told(context, "no_such_case", tag=tag))
        if not found.handoff.waiting:
            return found.say("already_yours" if found.mine else "already_taken", ok=False)
        if not await handoffs.set_offer(found.work.tx, found.handoff.id, counselor_id, "passed"):
            return found.say("no_such_case", ok=False)
        now = context.clock.now()
        await ladder_records.record(found.work.tx, found.handoff, "passed", now, counselor_id=counselor_id)
        offers = await handoffs.offers_of(found.work.tx, found.handoff.id)
        said, handoff = found.say("passed"), found.handoff
    if "sent" not in offers.values():
        await advance_ladder(context, handoff.id, handoff.step + 1, handoff.priority)
    return said


async def close_handoff(context: Context, counselor_id: str, tag: str, words: str = "") -> Said:
    """DONE: the counselor ends the talk, the client is told, the bot takes over, a crisis flag is cleared by hand.

    `words`: how it ended (one of WRAP_UPS first), and a note for staff.
    """
    async with case(context, counselor_id, tag) as found:
        if found is None:
            return Said(False, told(context, "no_such_case", tag=tag))
        if not found.mine:
            return found.say("not_yours", ok=False)
        first, _, rest = words.strip().partition(" ")
        reason = how if (how := first.lower().strip(",.:;-")) in WRAP_UPS else "done"
        if note := (words if reason == "done" else rest).strip(" ,:-"):
            await handoffs.add_note(found.work.tx, found.handoff.id, counselor_id, note)
        await close_within(found.work, found.conversation, found.handoff, reason=reason)
        await found.work.to_client(
            found.conversation, "left", handoff=found.handoff, name=found.counselor.name
        )
        return found.say("closed")


async def note_on(context: Context, counselor_id: str, tag: str, text: str) -> Said:
    """Keep a private note on a case the counselor holds."""
    async with case(context, counselor_id, tag) as found:
        if found is None:
            return Said(False, told(context, "no_such_case", tag=tag))
        if not found.mine or not text:
            return found.say("not_yours" if not found.mine else "nothing_to_say", ok=False)
        await handoffs.add_note(found.work.tx, found.handoff.id, counselor_id, text)
        return found.say("noted")
