"""What operators' commands work on: the services on this installation's database, whether `warmline up` runs or not.

They start no worker and ask no provider: what is to be sent waits for the running service.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Never

from bot.app import all_texts, channels
from bot.channels.base import Channel
from bot.clinic import load_clinic
from bot.jobs import Queue, queue_app, register
from bot.places import Place, made_ready
from bot.receiving import telegram_bots, twilio
from bot.services.context import Context, DialogueDown
from bot.services.screener import Screener
from bot.settings import Settings
from bot.store.database import Database


class _NoDialogue:
    async def ask(self, **asked: Any) -> Never:
        raise DialogueDown("no dialogue in an operator's command")


@asynccontextmanager
async def operating(settings: Settings, place: Place) -> AsyncIterator[Context]:
    """The services' context for one command."""
    vault = await asyncio.to_thread(made_ready, settings, place)
    database = Database(place.url, vault, pool_size=2)
    queue, clinic = queue_app(place.dsn), load_clinic(settings.clinic_file)
    sms, bots = twilio(settings), telegram_bots(settings)
    more: list[Channel] = [*(bot.channel for bot in bots), *(sms.channels if sms else ())]
    context = Context(
        database=database,
        jobs=Queue(queue),
        screen=Screener(None),
        dialogue=_NoDialogue(),
        channels=channels(database, demonstration=settings.demonstration, more=more),
        clinic=clinic,
        texts=all_texts(),
    )
    register(queue, context)
    try:
        yield context
    finally:
        for bot in bots:
            await bot.connection.close()
        if sms is not None:
            await sms.close()
        await database.close()
