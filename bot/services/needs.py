"""Keeps what a client needs of a counselor. Decides nothing about who fits: that is `domain/matching.py`."""

from collections.abc import Mapping

from bot.domain.needs import Needs, merge
from bot.services.changing import keep_needs
from bot.services.context import Context
from bot.services.outbox import unit
from bot.store import conversations, counselors, turns


async def record_needs(context: Context, conversation_id: str, turn_id: str, needs: Needs) -> None:
    """Add needs to those already known; the later word wins. A turn that was given up changes nothing."""
    async with unit(context) as work:
        conversation = await conversations.lock(work.tx, conversation_id)
        if not await turns.is_open(work.tx, int(turn_id), conversation_id):
            return
        known = await conversations.read_needs(work.tx, conversation_id)
        await keep_needs(work, conversation, merge(known, needs))


async def read_needs(context: Context, conversation_id: str) -> Needs:
    async with context.database.transaction() as tx:
        return await conversations.read_needs(tx, conversation_id)


async def roster_names(context: Context) -> Mapping[str, str]:
    """Name -> counselor id, so that "not Maria" can be understood; of several with one name all ids, with "|"."""
    names: dict[str, str] = {}
    async with context.database.transaction() as tx:
        for counselor in await counselors.roster(tx):
            known = names.get(counselor.name)
            names[counselor.name] = f"{known}|{counselor.id}" if known else counselor.id
    return names
