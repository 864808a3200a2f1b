"""Who works when, as the service sees it now: the clinic's hours without the days on which it is shut."""

from dataclasses import replace
from datetime import datetime

from bot.domain.schedule import in_words, read_week
from bot.domain.shifts import Watch
from bot.services.context import Context
from bot.store import closed_days
from bot.store.database import Tx


async def watch_now(context: Context, tx: Tx) -> Watch:
    hours = replace(context.clinic.opening_hours, closed=await closed_days.read(tx))
    if (week := await closed_days.read_week(tx)) is not None:
        hours = replace(hours, week=read_week(week))
    return Watch(hours, context.clock.now())


def when_said(context: Context, moment: datetime | None, language: str | None = None) -> str | None:
    """A moment as a person says it ("tomorrow at 9 AM"); None for none."""
    return None if moment is None else in_words(moment, context.clock.now(), context.clinic.zone, language)
