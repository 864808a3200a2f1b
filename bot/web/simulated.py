"""The page of phones on our database: what a person types on a handset takes the way of every message."""

from collections.abc import AsyncIterator, Sequence
from uuid import uuid4

from bot.channels.base import Incoming
from bot.channels.phone import channel_of
from bot.domain.sms_text import segments
from bot.services.context import Context
from bot.services.receive import receive_from_client, receive_from_staff
from bot.store import phones
from bot.store.database import Tx
from bot.web.bell import Bell
from bot.web.phones_port import (
    Handset,
    Kind,
    Option,
    PhoneText,
    TooManyHandsets,
    UnknownHandset,
    UnknownOption,
)

MOST_HANDSETS = 400
_LABELS = {"sms": "SMS", "telegram": "Telegram"}


class SimulatedPhones:
    """Implements the page's port (`phones_port.PhonesPort`)."""

    def __init__(self, context: Context, bell: Bell) -> None:
        self._context, self._bell = context, bell

    async def handsets(self) -> Sequence[Handset]:
        async with self._context.database.transaction() as tx:
            return [_shown(handset) for handset in await phones.handsets(tx)]

    async def add_client(self, kind: Kind) -> Handset:
        async with self._context.database.transaction() as tx:
            known = await phones.handsets(tx)
            if len(known) >= MOST_HANDSETS:
                raise TooManyHandsets
            number = 1 + sum(1 for handset in known if handset.side == "client")
            name = f"Client {number}"
            handset_id = f"client-{number}-{uuid4().hex[:6]}"
            await phones.add_handset(tx, id=handset_id, kind=kind, side="client", name=name)
        return Handset(handset_id, name, kind, "client", name, f"{_LABELS[kind]} phone")

    async def texts(self, handset_id: str, after_id: int = 0) -> Sequence[PhoneText]:
        async with self._context.database.single() as tx:
            found, newest = await phones.texts(tx, handset_id, after_id)
            if not found:
                await self._known(tx, handset_id)
        return [_text(text, text.id == newest) for text in found]

    async def send_text(self, handset_id: str, text: str) -> None:
        await self._receive(handset_id, text, None)

    async def press(self, handset_id: str, text_id: int, token: str) -> None:
        async with self._context.database.transaction() as tx:
            await self._known(tx, handset_id)
            found = await phones.find_text(tx, handset_id, text_id)
        label = next((label for label, known in found.options if known == token), None) if found else None
        if label is None:
            raise UnknownOption
        await self._receive(handset_id, label, token)

    async def changes(self) -> AsyncIterator[str]:
        async for name in self._bell.listen():
            kind, _, handset_id = name.partition(":")
            if kind == "handset":
                yield handset_id

    async def _receive(self, handset_id: str, text: str, token: str | None) -> None:
        """What a provider does: keep the text on the handset, then bring it to the service."""
        async with self._context.database.single() as tx:
            written = await phones.write_text(tx, handset_id=handset_id, text=text)
        if written is None:
            raise UnknownHandset
        kind, side, text_id = written
        incoming = Incoming(
            channel=channel_of(side, kind),
            address=handset_id,
            external_id=f"in:{text_id}",
            text=text,
            press=token,
        )
        take_in = receive_from_staff if side == "staff" else receive_from_client
        await take_in(self._context, incoming)

    async def _known(self, tx: Tx, handset_id: str) -> phones.Handset:
        handset = await phones.find_handset(tx, handset_id)
        if handset is None:
            raise UnknownHandset
        return handset


def _shown(handset: phones.Handset) -> Handset:
    kind: Kind = "telegram" if handset.kind == "telegram" else "sms"
    about = handset.about or f"{_LABELS[kind]} phone"
    return Handset(
        handset.id, handset.name, kind, "staff" if handset.side == "staff" else "client", handset.name, about
    )


def _text(text: phones.HandsetText, newest: bool) -> PhoneText:
    to_phone = text.direction == "to_phone"
    return PhoneText(
        id=text.id,
        direction="to_phone" if to_phone else "from_phone",
        text=text.text,
        options=[Option(n, label, token) for n, (label, token) in enumerate(text.options, start=1)],
        open_options=bool(text.options) and newest,
        at=text.at.isoformat(),
        status="delivered",
        segments=segments(text.text),
    )
