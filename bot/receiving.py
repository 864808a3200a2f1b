"""How messages come in: one listener for what providers call, and a poller for each bot whose updates are fetched."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import APIRouter, FastAPI

from bot.channels.telegram_pace import SharedPace
from bot.services.context import Context
from bot.serving import served
from bot.settings import Settings
from bot.web.headers import harden

if TYPE_CHECKING:
    from bot.sms_side import SmsSide
    from bot.telegram_side import TelegramSide


def telegram_bots(settings: Settings) -> "list[TelegramSide]":
    """The Telegram bots that settings name; none, when no token is given."""
    if settings.telegram_token is None and settings.telegram_staff_token is None:
        return []
    from bot.telegram_side import telegram_sides  # noqa: PLC0415  (30 MB that only Telegram needs)

    return telegram_sides(settings)


def twilio(settings: Settings) -> "SmsSide | None":
    """The SMS side that settings name; None without an account."""
    if settings.twilio_account_sid is None:
        return None
    from bot.sms_side import sms_side  # noqa: PLC0415  (Twilio's library, which only SMS needs)

    return sms_side(settings)


@asynccontextmanager
async def receiving(
    settings: Settings,
    context: Context,
    dsn: str,
    sms: "SmsSide | None",
    bots: "Sequence[TelegramSide]",
    progress: Callable[[str], None],
    *,
    web: bool,
    jobs: bool,
) -> AsyncIterator[None]:
    """Take in messages until the block ends. Webhooks come to the web part; the jobs part polls."""
    hooked = bots if settings.telegram_updates == "webhook" else ()
    async with AsyncExitStack() as stack:
        if sms is not None:
            stack.push_async_callback(sms.close)
        for bot in bots:
            stack.push_async_callback(bot.connection.close)
            bot.channel.pace = SharedPace(context.database, bot.name)
        if web and (sms is not None or hooked):
            routers = list(sms.routers(context)) if sms is not None else []
            for bot in hooked:
                routers.append(await stack.enter_async_context(bot.brought(context, settings)))
                progress(f"Telegram: the bot of channel {bot.name} is brought its updates (webhook).")
            app = webhooks(routers)
            port = await stack.enter_async_context(served(app, settings.webhook_host, settings.webhook_port))
            progress(f"Webhooks on {settings.webhook_host}:{port}.")
        for bot in bots if jobs and not hooked else ():
            await stack.enter_async_context(bot.polled(context, dsn))
            progress(f"Telegram: polling the bot of channel {bot.name}.")
        yield


def webhooks(routers: Sequence[APIRouter]) -> FastAPI:
    """The public listener: the providers' webhooks and nothing else."""
    app = FastAPI(
        title="Warmline webhooks", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False
    )
    for router in routers:
        app.include_router(router)
    return harden(app)
