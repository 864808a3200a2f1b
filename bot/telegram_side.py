"""The Telegram bots, put together: each its channel, its intake and its poller. Imported only when a token is given.

Clients and counselors have a bot each, so no client reaches a staff command whatever they send.
"""

from dataclasses import dataclass
from functools import partial

from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_bot import Connection
from bot.channels.telegram_intake import TelegramIntake
from bot.channels.telegram_poller import TelegramPoller
from bot.services.context import Context
from bot.services.receive import receive_from_client, receive_from_staff
from bot.services.strangers import open_link
from bot.settings import Settings

CLIENTS, STAFF = "telegram", "staff-telegram"  # names of channels


@dataclass(frozen=True)
class TelegramSide:
    """One bot: its connection, and the channel that sends over it."""

    name: str
    connection: Connection
    channel: TelegramChannel

    def poller(self, context: Context, dsn: str) -> tuple[TelegramIntake, TelegramPoller]:
        """What fetches updates and stores them as messages of clients, or of staff."""
        intake = self._intake(context)
        return intake, TelegramPoller(self.connection, intake.take, dsn, name=self.name)

    def _intake(self, context: Context) -> TelegramIntake:
        if self.name == STAFF:
            receive, enrol = partial(receive_from_staff, context), partial(open_link, context)
            return TelegramIntake(self.connection, self.name, "staff", receive, enrol)
        return TelegramIntake(self.connection, self.name, "client", partial(receive_from_client, context))


def telegram_sides(settings: Settings) -> list[TelegramSide]:
    """The bots of this installation: none, one or two."""
    sides = []
    tokens = ((CLIENTS, settings.telegram_token), (STAFF, settings.telegram_staff_token))
    for name, token in tokens:
        if token is not None:
            connection = Connection(token.get_secret_value(), settings.telegram_api_base_url)
            relay = name == CLIENTS or settings.staff_phones
            sides.append(TelegramSide(name, connection, TelegramChannel(name, connection, relay=relay)))
    return sides
