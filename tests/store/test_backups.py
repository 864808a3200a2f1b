"""A backup opens with the master key only, brings everything back, and does not bring back who was erased."""

import asyncio
import io
import os
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.backups import backup, restore
from bot.places import made_ready, note_erasure, reached
from bot.settings import Settings
from bot.store import audit, conversations, messages, rights
from bot.store.database import Database
from bot.store.pieces import PIECE, BackupBroken, close, opened

KEY, OTHER = b"k" * 32, b"o" * 32


def sealed(plain: bytes) -> bytes:
    out = io.BytesIO()
    close(io.BytesIO(plain), out, KEY)
    return out.getvalue()


@pytest.mark.parametrize("size", [0, 1, PIECE, PIECE + 1, 3 * PIECE])
def test_a_stream_of_any_size_opens_again(size: int) -> None:
    plain = os.urandom(size)
    assert b"".join(opened(io.BytesIO(sealed(plain)), (OTHER, KEY))) == plain


def test_a_backup_that_was_cut_or_changed_or_needs_another_key_is_refused() -> None:
    whole = sealed(os.urandom(2 * PIECE + 7))
    changed = bytearray(whole)
    changed[-20] ^= 1
    first_piece_only = whole[: len(whole) - (7 + 16 + 4)]
    for broken, keys in (
        (whole[:-5], (KEY,)),
        (bytes(changed), (KEY,)),
        (first_piece_only, (KEY,)),
        (whole, (OTHER,)),
        (b"not a backup", (KEY,)),
    ):
        with pytest.raises(BackupBroken):
            list(opened(io.BytesIO(broken), keys))


async def _with_database(settings: Settings, use):  # type: ignore[no-untyped-def]
    with reached(settings) as place:
        vault = await asyncio.to_thread(made_ready, settings, place)
        database = Database(place.url, vault, pool_size=2)
        try:
            async with database.transaction() as tx:
                return await use(tx)
        finally:
            await database.close()


def do(settings: Settings, use):  # type: ignore[no-untyped-def]
    return asyncio.run(_with_database(settings, use))


def test_a_restore_brings_everything_back_but_who_was_erased(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")

    async def two_clients(tx):  # type: ignore[no-untyped-def]
        ids = []
        for address, words in (("+15550101", "stays"), ("+15550102", "goes")):
            conversation = await conversations.find_or_create(tx, "sms", address)
            await messages.add_incoming(
                tx,
                channel="sms",
                external_id=words,
                text=words,
                press=None,
                kind="text",
                conversation_id=conversation,
            )
            ids.append(conversation)
        return ids

    stays, goes = do(settings, two_clients)
    assert backup(settings, tmp_path / "today.wlb") > 0
    assert b"stays" not in (tmp_path / "today.wlb").read_bytes()

    async def erase_one(tx):  # type: ignore[no-untyped-def]
        await rights.erase(tx, goes)
        await audit.record(tx, "erased", actor="operator", conversation_id=goes)

    do(settings, erase_one)
    assert restore(settings, tmp_path / "today.wlb", lambda _: None) == 1

    async def look(tx):  # type: ignore[no-untyped-def]
        known = [str(row.id) for row in await tx.rows(text("SELECT id FROM conversation"))]
        said = [m.text for m, _ in await messages.history(tx, stays)]
        return known, said, [e.what for e in await audit.entries(tx)]

    known, said, audited = do(settings, look)
    assert (known, said) == ([stays], ["stays"])
    assert audited[-2:] == ["erased", "restored"]


def test_an_erasure_is_known_also_when_the_database_itself_is_lost(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")

    async def one_client(tx):  # type: ignore[no-untyped-def]
        return await conversations.find_or_create(tx, "sms", "+15550103")

    client = do(settings, one_client)
    backup(settings, tmp_path / "today.wlb")
    note_erasure(settings, client)
    (tmp_path / "data" / "postgres").rename(tmp_path / "lost")
    assert restore(settings, tmp_path / "today.wlb", lambda _: None) == 1
