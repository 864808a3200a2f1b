"""Queries on turns: one for each message Rasa was asked about, and what its actions did, once."""

from typing import Any

from sqlalchemy import bindparam, exists, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.domain.conversation import Conversation
from bot.store.conversations import COLUMNS, conversation_from
from bot.store.database import Tx
from bot.store.tables import conversation, turn, turn_effect

_OPEN = insert(turn).on_conflict_do_nothing(index_elements=["message_id"]).returning(turn.c.id)
_FIND = select(turn.c.id, turn.c.state).where(turn.c.message_id == bindparam("message_id"))
_CLOSE = update(turn).where(turn.c.id == bindparam("tid"), turn.c.state == "open")
_closed = _CLOSE.values(state="written").returning(turn.c.id).cte("closed")
_CLOSE_AND_LOCK = (
    select(*COLUMNS, exists(select(_closed.c.id)).label("was_open"))
    .where(conversation.c.id == bindparam("cid"))
    .with_for_update(of=conversation)
)


async def begin(tx: Tx, message_id: int, conversation_id: str) -> tuple[int, str, bool]:
    """(turn id, state, is new). A message has one turn however often it is tried."""
    row = await tx.one(_OPEN, {"message_id": message_id, "conversation_id": conversation_id, "state": "open"})
    if row is not None:
        return row.id, "open", True
    found = (await tx.run(_FIND, {"message_id": message_id})).one()
    return found.id, found.state, False


async def end(tx: Tx, turn_id: int, state: str) -> bool:
    """Close an open turn as "written" or "given_up". False when it was closed before."""
    return (await tx.run(_CLOSE.values(state=state), {"tid": turn_id})).rowcount == 1


async def end_and_lock(tx: Tx, turn_id: int, conversation_id: str) -> Conversation | None:
    """Close an open turn as "written" and lock its conversation. None when the turn was closed before."""
    row = (await tx.run(_CLOSE_AND_LOCK, {"tid": turn_id, "cid": conversation_id})).one()
    return conversation_from(row, tx.vault) if row.was_open else None


async def is_open(tx: Tx, turn_id: int, conversation_id: str) -> bool:
    row = await tx.one(
        select(turn.c.state)
        .where(turn.c.id == turn_id, turn.c.conversation_id == conversation_id)
        .with_for_update()
    )
    return row is not None and row.state == "open"


async def effect(tx: Tx, turn_id: int, name: str) -> dict[str, Any] | None:
    """What this action already did in this turn, or None."""
    row = await tx.one(
        select(turn_effect.c.result).where(turn_effect.c.turn_id == turn_id, turn_effect.c.name == name)
    )
    return None if row is None else dict(row.result)


async def keep_effect(tx: Tx, turn_id: int, name: str, result: dict[str, Any]) -> None:
    await tx.run(
        insert(turn_effect).values(turn_id=turn_id, name=name, result=result).on_conflict_do_nothing()
    )
