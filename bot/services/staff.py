"""Carries out what a counselor texts: the commands of `domain/commands.py`, and words for a client.

A text without a tag is taken only when it can mean exactly one conversation; otherwise nothing is sent.
"""

from collections.abc import Sequence

from bot.domain.commands import Command, Verb, case_meant, read_command
from bot.domain.handoff import Handoff
from bot.services import taking
from bot.services.context import Context
from bot.services.ladder import offer_again
from bot.services.lines import on_its_line
from bot.services.outbox import unit
from bot.services.relay import relay_to_client
from bot.services.staff_phones import stops_or_starts
from bot.services.taking import Said, told
from bot.services.transfer import transfer_handoff
from bot.store import counselors, handoffs, messages
from bot.store.messages import Message


async def handle_staff_message(context: Context, message_id: int) -> None:
    """Do what one stored text of a counselor asks for, and answer on the same phone."""
    async with context.database.transaction() as tx:
        message = await messages.read(tx, message_id)
    if message.handled_at is not None or message.counselor_id is None:
        return
    words = await _pressed(context, message) if message.press else message.text
    command = read_command(words)
    if await stops_or_starts(context, message):
        return
    said = await _carry_out_from(context, message, command)
    async with unit(context) as work:
        if said.text:
            counselor = await counselors.read(work.tx, message.counselor_id)
            await work.to_counselor(counselor, "plain", text=said.text)
        await messages.finish(work.tx, message_id, "done" if said.ok else "refused", context.clock.now())
    if command.verb is Verb.BACK:
        await offer_again(context)


async def _carry_out_from(context: Context, message: Message, command: Command) -> Said:
    """As `carry_out`, for a phone: one that may not show clients' words may not take and write, either."""
    assert message.counselor_id is not None
    relay = context.channels[message.channel].traits.relay
    if not relay and command.verb in (Verb.TAKE, Verb.SAY, Verb.NOTE, Verb.TRANSFER):
        return Said(False, told(context, "phones_off"))
    if not relay and command.verb is Verb.HELP:
        return Said(True, told(context, "desk_help"))
    meant = await on_its_line(context, message, command)
    if isinstance(meant, str):
        return Said(False, told(context, meant))
    command = meant
    return await carry_out(context, message.counselor_id, command)


async def _pressed(context: Context, message: Message) -> str:
    """The command behind a button: only one that was sent to this very counselor counts."""
    question, _, place = (message.press or "").partition(":")
    if not (question.isdigit() and place.isdigit()):
        return ""
    async with context.database.transaction() as tx:
        sent = await messages.find(tx, int(question))
    if sent is None or sent.counselor_id != message.counselor_id or int(place) >= len(sent.options):
        return ""
    return sent.options[int(place)].payload.removeprefix("staff:")


async def carry_out(context: Context, counselor_id: str, command: Command) -> Said:
    """The one place where a counselor's command becomes an action."""
    match command.verb:
        case Verb.AWAY | Verb.BACK:
            return await _away_or_back(context, counselor_id, away=command.verb is Verb.AWAY)
        case Verb.WHO:
            return await _who(context, counselor_id)
        case Verb.HELP:
            return Said(True, told(context, "staff_help"))
        case Verb.TAKE | Verb.PASS:
            return await _take_or_pass(context, counselor_id, command)
        case _:
            return await _for_one_held(context, counselor_id, command)


async def _take_or_pass(context: Context, counselor_id: str, command: Command) -> Said:
    tag = case_meant(command, ())
    if tag is None:
        async with context.database.transaction() as tx:
            offered = await handoffs.offered_to(tx, counselor_id)
        tag = case_meant(command, [handoff.tag for handoff in offered])
        if tag is None:
            return await _who(context, counselor_id, ok=False)
    if command.verb is Verb.PASS:
        return await taking.pass_handoff(context, counselor_id, tag)
    said = await taking.take_handoff(context, counselor_id, tag)
    return Said(True, "") if said.ok else said  # what to say on taking is queued with the taking


async def _for_one_held(context: Context, counselor_id: str, command: Command) -> Said:
    tag = case_meant(command, ())
    if tag is None:
        async with context.database.transaction() as tx:
            held = await handoffs.held_by(tx, counselor_id)
        tag = case_meant(command, [handoff.tag for handoff in held])
        if tag is None:
            return await _which(context, counselor_id, held)
    match command.verb:
        case Verb.DONE:
            return await taking.close_handoff(context, counselor_id, tag, command.text)
        case Verb.TRANSFER:
            return await transfer_handoff(context, counselor_id, tag, command.text)
        case Verb.NOTE:
            return await taking.note_on(context, counselor_id, tag, command.text)
        case _:
            return await relay_to_client(context, counselor_id, tag, command.text)


def _tags(items: Sequence[Handoff]) -> str:
    return ", ".join(handoff.tag for handoff in items) or "none"


async def _which(context: Context, counselor_id: str, held: Sequence[Handoff]) -> Said:
    if held:
        return Said(False, told(context, "which_case", tags=_tags(held), tag=held[0].tag))
    async with context.database.transaction() as tx:
        offered = await handoffs.offered_to(tx, counselor_id)
    return Said(False, told(context, "no_case_held", waiting=f"Waiting for you: {_tags(offered)}."))


async def _who(context: Context, counselor_id: str, *, ok: bool = True) -> Said:
    async with context.database.transaction() as tx:
        held, offered = await handoffs.held_by(tx, counselor_id), await handoffs.offered_to(tx, counselor_id)
    return Said(ok, told(context, "who", held=_tags(held), waiting=_tags(offered)))


async def _away_or_back(context: Context, counselor_id: str, *, away: bool) -> Said:
    async with unit(context) as work:
        await counselors.set_away(work.tx, counselor_id, away)
        held = await handoffs.held_by(work.tx, counselor_id)
    if not away:
        return Said(True, told(context, "back"))
    rest = f" You still hold {_tags(held)}." if held else ""
    return Said(True, told(context, "away", rest=rest))
