"""A client's rights over their data, done by an operator: a copy, an erasure; and what must be kept instead.

Everything here is recorded in the audit. Nothing here decides what the law wants: an operator does.
"""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import NoResultFound

from bot.domain.contact import to_json as contact_to_json
from bot.domain.needs import to_json
from bot.services.outbox import Unit
from bot.services.supervisors import tell_supervisors
from bot.store import audit, conversations, messages, rights
from bot.store.database import Database, Tx


class NotFound(LookupError):
    """There is no such conversation."""


class MustBeKept(Exception):
    """The conversation is on legal hold, or a counselor holds it now; the text says which."""


@dataclass(frozen=True)
class Erased:
    """What an erasure did. `at_provider`: messages that the provider is asked to delete, too."""

    messages: int
    at_provider: int


async def ask_to_erase(work: Unit, conversation_id: str) -> None:
    """The client wrote that their data is to be deleted: kept for the operators, and supervisors are told."""
    if await rights.ask(work.tx, conversation_id, "erase"):
        await audit.record(work.tx, "erase:asked", actor="client", conversation_id=conversation_id)
        await tell_supervisors(work, "alert_data_request", conversation_id)


async def export(database: Database, conversation_id: str, operator: str) -> dict[str, Any]:
    """Everything the client wrote, was sent and asked for, as plain values. Staff's notes are not theirs.

    `store/personal.py` says of every column whether it is in it, and why not.
    """
    async with database.transaction() as tx:
        try:
            conversation = await conversations.lock(tx, conversation_id)
        except NoResultFound:
            raise NotFound(conversation_id) from None
        channel, address = await conversations.address_of(tx, conversation_id)
        copy = {
            "channel": channel,
            "address": address,
            "language": conversation.language,
            "opted_out_at": conversation.opted_out_at,
            "needs": json.loads(to_json(await conversations.read_needs(tx, conversation_id))),
            "contact": json.loads(contact_to_json(conversation.contact)),
            "messages": await _said(tx, conversation_id),
            "requests": await rights.requests_for_people(tx, conversation_id),
            "asked_of_us": await rights.requests_of(tx, conversation_id),
        }
        await audit.record(
            tx, "exported", actor="operator", actor_id=operator, conversation_id=conversation_id
        )
        await rights.answer_requests(tx, conversation_id, "export", "exported")
    return copy


async def _said(tx: Tx, conversation_id: str) -> list[dict[str, Any]]:
    said = await messages.history(tx, conversation_id, limit=100_000)
    return [
        {"at": m.created_at, "from": "you" if m.direction == "incoming" else m.author, "text": m.text}
        for m, _ in said
    ]


async def erase(database: Database, conversation_id: str, operator: str, *, with_record: bool) -> Erased:
    """Delete everything about a conversation, or raise MustBeKept. Providers are asked to delete it, too.

    `with_record`: also when counselors took part; the operator knows that no law wants the record kept.
    """
    async with database.transaction() as tx:
        try:
            await conversations.lock(tx, conversation_id)
        except NoResultFound:
            raise NotFound(conversation_id) from None
        await _check(tx, conversation_id, with_record)
        channel, address = await conversations.address_of(tx, conversation_id)
        at_provider = await rights.forget_at_provider(tx, conversation_id, channel, address)
        if channel.startswith("phone"):
            await rights.erase_from_handset(tx, address)
        gone = await rights.erase(tx, conversation_id)
        await rights.answer_requests(tx, conversation_id, "erase", "erased")
        await audit.record(
            tx,
            "erased",
            actor="operator",
            actor_id=operator,
            conversation_id=conversation_id,
            detail=f"messages={gone['message']}",
        )
    return Erased(gone["message"], at_provider)


async def _check(tx: Tx, conversation_id: str, with_record: bool) -> None:
    recorded, is_open = await rights.has_record(tx, conversation_id)
    held = await rights.is_held(tx, conversation_id)
    if held:
        raise MustBeKept("it is on legal hold; release it first")
    if is_open:
        raise MustBeKept("a counselor is on, or asked for: close that first")
    if recorded and not with_record:
        raise MustBeKept(
            "counselors took part, so it is a record of the clinic. If no law wants it kept, use --with-record;"
            " if one does, tell the client so"
        )


async def hold(database: Database, conversation_id: str, reference: str, operator: str) -> bool:
    """Keep a conversation whatever its age. `reference`: of the case, without a name. False when held already."""
    async with database.transaction() as tx:
        placed = await rights.hold(tx, conversation_id, reference)
        await audit.record(
            tx,
            "hold:placed",
            actor="operator",
            actor_id=operator,
            conversation_id=conversation_id,
            detail=reference,
        )
    return placed


async def release(database: Database, conversation_id: str, operator: str) -> bool:
    async with database.transaction() as tx:
        released = await rights.release(tx, conversation_id)
        await audit.record(
            tx, "hold:released", actor="operator", actor_id=operator, conversation_id=conversation_id
        )
    return released
