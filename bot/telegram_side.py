"""The clients' Telegram bot, put together: its channel, its intake and its poller. Imported only when a token is given."""

from dataclasses import dataclass
from functools import partial

from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_bot import Connection
from bot.channels.telegram_intake import TelegramIntake
from bot.channels.telegram_poller import TelegramPoller
from bot.services.context import Context
from bot.services.receive import receive_from_client
from bot.settings import Settings

NAME = "telegram"


@dataclass(frozen=True)
class TelegramSide:
    """One connection, and the channel that sends over it."""

    connection: Connection
    channel: TelegramChannel

    def poller(self, context: Context, dsn: str) -> tuple[TelegramIntake, TelegramPoller]:
        """What fetches updates and stores them as clients' messages."""
        intake = TelegramIntake(self.connection, NAME, "client", partial(receive_from_client, context))
        return intake, TelegramPoller(self.connection, intake.take, dsn, name=NAME)


def telegram_side(settings: Settings) -> TelegramSide | None:
    """The Telegram side of this installation; None without a token."""
    if settings.telegram_token is None:
        return None
    connection = Connection(settings.telegram_token.get_secret_value(), settings.telegram_api_base_url)
    return TelegramSide(connection, TelegramChannel(NAME, connection))
