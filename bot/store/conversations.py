"""Queries on conversations. An address is found by its keyed hash and opened only to send."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy import Row, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.domain.contact import NOTHING_SAID, Contact
from bot.domain.contact import from_json as contact_from_json
from bot.domain.contact import to_json as contact_to_json
from bot.domain.conversation import Conversation, HeldBy
from bot.domain.needs import EMPTY, Needs, from_json, to_json
from bot.domain.options import Option, options_from_json
from bot.store.database import Tx
from bot.store.record_tables import opt_out
from bot.store.tables import conversation
from bot.store.vault import Vault

COLUMNS = (
    conversation.c.id,
    conversation.c.channel,
    conversation.c.held_by,
    conversation.c.options,
    conversation.c.options_message_id,
    conversation.c.crisis_at,
    conversation.c.opted_out_at,
    conversation.c.disclosed_at,
    conversation.c.last_incoming_at,
    conversation.c.last_holding_at,
    conversation.c.rasa_stale,
    conversation.c.language,
    conversation.c.contact,
    conversation.c.parked_at,
    conversation.c.verified_at,
    conversation.c.gate,
)
_FIND = select(conversation.c.id).where(
    conversation.c.channel == bindparam("channel"), conversation.c.address_hash == bindparam("hash")
)
_OPT_OUT_KEPT = (
    delete(opt_out)
    .where(opt_out.c.channel == bindparam("channel"), opt_out.c.address_hash == bindparam("hash"))
    .returning(opt_out.c.at)
)
_READ = select(*COLUMNS).where(conversation.c.id == bindparam("id"))
_LOCK = _READ.with_for_update()


def conversation_from(row: Row[Any], vault: Vault, prefix: str = "") -> Conversation:
    """A conversation from a row that holds COLUMNS, each name behind `prefix`."""
    found = {column.name: getattr(row, prefix + column.name) for column in COLUMNS}
    sealed, contact = found.pop("options"), found.pop("contact")
    options = vault.open_json(sealed, "conversation.options") if sealed else None
    return Conversation(
        **{**found, "held_by": HeldBy(found["held_by"]), "options": options_from_json(options)},
        contact=contact_from_json(vault.open(contact, "conversation.contact")) if contact else NOTHING_SAID,
    )


async def find_or_create(tx: Tx, channel: str, address: str) -> str:
    """The id of the one conversation of this address on this channel; two first texts at once make one."""
    hashed = tx.vault.hash_address(channel, address)
    key = {"channel": channel, "hash": hashed}
    if found := await tx.one(_FIND, key):
        return str(found.id)
    refused = (await tx.run(_OPT_OUT_KEPT, key)).scalar()  # before an erasure, or long ago: it still counts
    made = insert(conversation).values(
        id=str(uuid4()),
        channel=channel,
        address_hash=hashed,
        address=tx.vault.seal(address, "conversation.address"),
        opted_out_at=refused,
    )
    await tx.run(made.on_conflict_do_nothing(index_elements=["channel", "address_hash"]))
    row = await tx.one(_FIND, key)
    assert row is not None
    return str(row.id)


async def find(tx: Tx, channel: str, address: str) -> str | None:
    """The id of this address's conversation; None: nobody ever wrote from there."""
    found = await tx.one(_FIND, {"channel": channel, "hash": tx.vault.hash_address(channel, address)})
    return None if found is None else str(found.id)


async def read(tx: Tx, conversation_id: str) -> Conversation:
    row = (await tx.run(_READ, {"id": conversation_id})).one()
    return conversation_from(row, tx.vault)


async def lock(tx: Tx, conversation_id: str) -> Conversation:
    """The conversation as it is now, held until this transaction ends. Every write goes through here."""
    row = (await tx.run(_LOCK, {"id": conversation_id})).one()
    return conversation_from(row, tx.vault)


async def change(tx: Tx, conversation_id: str, **values: Any) -> None:
    await tx.run(update(conversation).where(conversation.c.id == conversation_id).values(**values))


async def offer_options(
    tx: Tx, conversation_id: str, message_id: int | None, options: Sequence[Option]
) -> None:
    """Remember which options the newest question carries; older ones no longer count."""
    sealed = tx.vault.seal_json([o.to_json() for o in options], "conversation.options") if options else None
    await change(tx, conversation_id, options=sealed, options_message_id=message_id if options else None)


async def address_of(tx: Tx, conversation_id: str) -> tuple[str, str]:
    """(channel, address): the only way an address leaves the store; delivery asks, and who needs its country."""
    row = (
        await tx.run(
            select(conversation.c.channel, conversation.c.address).where(conversation.c.id == conversation_id)
        )
    ).one()
    return row.channel, tx.vault.open(row.address, "conversation.address")


async def read_needs(tx: Tx, conversation_id: str) -> Needs:
    row = await tx.one(select(conversation.c.needs).where(conversation.c.id == conversation_id))
    if row is None or row.needs is None:
        return EMPTY
    return from_json(tx.vault.open(row.needs, "conversation.needs"))


async def write_needs(tx: Tx, conversation_id: str, needs: Needs) -> None:
    await change(tx, conversation_id, needs=tx.vault.seal(to_json(needs), "conversation.needs"))


async def write_contact(tx: Tx, conversation_id: str, contact: Contact) -> None:
    sealed = tx.vault.seal(contact_to_json(contact), "conversation.contact")
    await change(tx, conversation_id, contact=sealed)
