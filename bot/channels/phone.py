"""Simulated phones: a channel like any other, whose provider is a table of handsets. Demonstration only."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.channels.base import SendError, Sent, Traits
from bot.domain.options import Option, as_text
from bot.store import phones
from bot.store.database import Database


@dataclass(frozen=True)
class PhoneChannel:
    """Texts to SMS-like handsets (options written out) or Telegram-like ones (options as buttons)."""

    name: str
    database: Database
    buttons: bool

    @property
    def traits(self) -> Traits:
        return Traits(buttons=self.buttons, repeatable=True, max_chars=1600, deletes=self.buttons)

    async def send(
        self, address: str, text: str, options: Sequence[Option], message_id: int, *, urgent: bool = False
    ) -> Sent:
        """Put the text on the handset. The same message twice stands there once."""
        shown = text if self.buttons else as_text(text, options)
        choices = [(o.label, f"{message_id}:{place}") for place, o in enumerate(options)]
        external_id = f"{self.name}:{message_id}"
        async with self.database.single() as tx:
            known = await phones.deliver_text(
                tx, handset_id=address, text=shown, options=choices, key=external_id
            )
        if not known:
            raise SendError("no_such_handset", retryable=False)
        return Sent(external_id, "delivered")

    async def forget(self, address: str, external_id: str) -> bool:
        """Take one text off a Telegram-like handset, ours or its owner's. An SMS stays: False."""
        if not self.buttons:
            return False
        async with self.database.single() as tx:
            await phones.forget_texts(tx, address, [external_id])
        return True


def phone_channels(database: Database) -> list[PhoneChannel]:
    """Clients' and counselors' phones; staff have channels of their own, so no client reaches a staff command."""
    return [
        PhoneChannel(f"{side}phone-{kind}", database, buttons=kind == "telegram")
        for side in ("", "staff-")
        for kind in ("sms", "telegram")
    ]


def channel_of(side: str, kind: str) -> str:
    """The name of the channel a handset belongs to."""
    return f"{'staff-' if side == 'staff' else ''}phone-{kind}"
