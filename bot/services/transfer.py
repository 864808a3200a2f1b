"""A counselor passes a conversation they hold to a colleague: to one by name or to all, with a note or without."""

from bot.domain.matching import Counselor, is_eligible
from bot.services.context import Context
from bot.services.giving_back import give_back, give_to_others
from bot.services.ladder import ask_one
from bot.services.taking import Case, Said, case, told
from bot.store import counselors, handoffs


async def transfer_handoff(context: Context, counselor_id: str, tag: str, words: str = "") -> Said:
    """TRANSFER K7 [name] [note]. The note goes to whoever takes it next, and to nobody else.

    Refused without a reason when the named colleague is not eligible, and when they are not there.
    """
    async with case(context, counselor_id, tag) as found:
        if found is None:
            return Said(False, told(context, "no_such_case", tag=tag))
        if not found.mine:
            return found.say("not_yours", ok=False)
        colleague, note = await _read(found, words)
        return await _transfer(found, colleague, note)


async def transfer_to(
    context: Context, counselor_id: str, tag: str, colleague_id: str | None, note: str = ""
) -> Said:
    """The same with the colleague chosen from a list; None: everybody else who fits."""
    async with case(context, counselor_id, tag) as found:
        if found is None:
            return Said(False, told(context, "no_such_case", tag=tag))
        if not found.mine:
            return found.say("not_yours", ok=False)
        others = [c for c in await counselors.roster(found.work.tx) if c.id != counselor_id]
        colleague = next((c for c in others if c.id == colleague_id), None)
        if colleague is None and colleague_id is not None:
            return found.say("cannot_transfer", ok=False, name="That colleague")
        return await _transfer(found, colleague, note.strip())


async def _transfer(found: Case, colleague: Counselor | None, note: str) -> Said:
    if colleague is not None and not (is_eligible(colleague, found.needs) and colleague.reachable):
        return found.say("cannot_transfer", ok=False, name=colleague.name)
    if note:
        await handoffs.add_note(found.work.tx, found.handoff.id, found.counselor.id, note)
    await _pass_on(found, colleague)
    return found.say("transferred")


async def _read(found: Case, words: str) -> tuple[Counselor | None, str]:
    """(the colleague whose name comes first, the note after it)."""
    first, _, rest = words.strip().partition(" ")
    name = first.strip(",:.-").lower().removeprefix("@")
    others = [c for c in await counselors.roster(found.work.tx) if c.id != found.counselor.id]
    colleague = next((c for c in others if name and c.name.lower() == name), None)
    return colleague, (rest if colleague else words).strip(" ,:-")


async def _pass_on(found: Case, colleague: Counselor | None) -> None:
    work, handoff = found.work, found.handoff
    if colleague is None:
        await give_to_others(work, handoff, "passed_on", "passed_on_nobody")
        return
    await give_back(work, found.conversation, handoff)
    await handoffs.set_offer(work.tx, handoff.id, found.counselor.id, "passed")
    await handoffs.forget_offers(work.tx, handoff.id)
    await ask_one(work, await handoffs.lock(work.tx, handoff.id), colleague)
    await work.to_client(found.conversation, "passed_on", handoff=handoff, name=found.counselor.name)
