"""Pages the operators when texts do not get through and only a change of the account helps. Without a word of content."""

from datetime import timedelta

import structlog

from bot.services.outbox import Unit
from bot.store import counselors, outgoing

log = structlog.get_logger("paging")

EVERY = timedelta(hours=1)  # of one code; many texts fail for one reason


async def page_operators(work: Unit, code: str) -> None:
    """Log it, and text every operator and supervisor with a phone, once an hour for each code."""
    number, now = code.partition(" ")[0], work.context.clock.now()
    log.error("texts.operator_needed", code=number)
    kind = f"page:{number}"
    if await outgoing.any_of_kind_since(work.tx, kind, now - EVERY):
        return
    for person in await counselors.roster(work.tx):
        if person.supervisor or person.role == "operator":
            await work.to_counselor(person, "operator_needed", kind=kind, code=code)
