"""Keys change while everything runs, and nothing that was sealed or must be found again is lost."""

import asyncio
import base64
import os
import stat
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.store.database import Database
from bot.store.keys import GivenKeys, KeyFile, KeysUnusable, key_id, read_keys
from bot.store.lookups import settle_lookups
from bot.store.migrate import differences
from bot.store.reseal import reseal_all, sealed_columns, sealed_tables, tracker_keys
from bot.store.vault import CannotOpen, Vault, vault_of
from rasa_components.sealing import Seal
from tests.conftest import World, until


async def reseal(world: World) -> int:
    return sum([rows async for _, rows in reseal_all(world.service.context.database)])


def use(vault: Vault, source: KeyFile) -> None:
    """Give the running service the keys of a file, as production has it from the start."""
    vault.source = source
    vault.refresh()


def test_a_key_file_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "keys" / "master.key")
    assert file.read() == file.read()
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600


def test_the_first_versions_file_with_one_raw_key_still_opens(tmp_path: Path) -> None:
    (tmp_path / "master.key").write_bytes(b"r" * 32)
    file = KeyFile(tmp_path / "master.key")
    assert file.read() == (b"r" * 32,)
    file.add()
    assert file.read()[1:] == (b"r" * 32,)


def test_the_newest_key_cannot_be_dropped_and_an_old_one_can(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "master.key")
    old = key_id(file.read()[0])
    newest = file.add()
    with pytest.raises(KeysUnusable):
        file.drop(newest)
    file.drop(old)
    assert [key_id(master) for master in file.read()] == [newest]


@pytest.mark.parametrize("given", ["", "short", base64.b64encode(b"short").decode(), "%%%"])
def test_an_unusable_key_is_refused_without_being_shown(given: str) -> None:
    with pytest.raises(KeysUnusable) as refused:
        read_keys(given)
    assert not given or given not in str(refused.value)


def test_a_value_moved_to_another_column_does_not_open() -> None:
    vault = vault_of(GivenKeys((os.urandom(32),)))
    with pytest.raises(CannotOpen):
        vault.open(vault.seal("words", "message.text"), "note.text")


def test_a_running_process_opens_what_another_sealed_with_a_key_made_just_now(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "master.key")
    running = vault_of(file)
    file.add()
    sealed = vault_of(file).seal("words", "message.text")
    assert running.open(sealed, "message.text") == "words"


def test_rasas_side_follows_the_file_of_its_keys_without_a_restart(tmp_path: Path) -> None:
    keys, path = KeyFile(tmp_path / "master.key"), tmp_path / "tracker.keys"
    path.write_text(tracker_keys(vault_of(keys)))
    rasa = Seal(f"file:{path}")
    old = rasa.close("a turn", "conversation")
    keys.add()
    path.write_text(tracker_keys(vault_of(keys)))
    os.utime(path, ns=(1, 1))  # changed, also on a clock that has not ticked
    new = rasa.close("a turn", "conversation")
    assert rasa.is_current(new)
    assert not rasa.is_current(old)
    assert rasa.open(old, "conversation") == "a turn"


async def test_every_sealed_column_is_sealed_under_its_own_name(world: World) -> None:
    """Rotation opens each value as "table.column": a column sealed under another name would be lost."""
    await world.client.says("I want to talk with a person")
    await world.client.hears("answer to")
    database = world.service.context.database
    opened = 0
    async with database.transaction() as tx:
        for table in sealed_tables():
            for column in sealed_columns(table):
                rows = await tx.rows(text(f"SELECT {column.name} AS v FROM {table.name} LIMIT 5"))
                for row in rows:
                    if row.v is not None:
                        tx.vault.open(row.v, f"{table.name}.{column.name}")
                        opened += 1
    assert opened > 5


async def test_keys_rotate_while_a_conversation_goes_on(world: World, tmp_path: Path) -> None:
    vault = world.service.context.database.vault
    file = KeyFile(tmp_path / "rotating.key")
    file._write(vault.masters)
    use(vault, file)
    await world.client.says("before the rotation")
    await world.client.hears("answer to: before the rotation")
    old = vault.newest
    file.add()
    vault.refresh()
    await world.client.says("during the rotation")
    await world.client.hears("answer to: during the rotation")
    assert await reseal(world) > 0
    await until(lambda: _none_left(world))
    file.drop(old)
    vault.refresh()
    await world.client.says("after the rotation")
    await world.client.hears("answer to: after the rotation")
    async with world.service.context.database.single() as tx:
        conversations = (await tx.run(text("SELECT count(*) FROM conversation"))).scalar_one()
    assert conversations == 1  # the same client was found again by the same hash


async def _none_left(world: World) -> bool:
    return await reseal(world) == 0


async def test_the_key_of_lookups_outlives_the_master_keys(world: World, tmp_path: Path) -> None:
    """An opt-out is kept as a hash alone: nobody could hash it again, so its key must stay."""
    database = world.service.context.database
    url = database.engine.url.render_as_string(hide_password=False)
    file = KeyFile(tmp_path / "master.key")
    first = vault_of(file)
    await asyncio.to_thread(settle_lookups, url, first)
    hashed = first.hash_address("sms", "+15550100")
    old = first.newest
    file.add()
    async with database.transaction() as tx:
        assert (await tx.run(text("SELECT count(*) FROM data_key"))).scalar_one() == 1
    async for _ in reseal_all(holding(world, file)):
        pass
    file.drop(old)
    later = vault_of(file)
    assert later.hash_key != first.hash_key
    await asyncio.to_thread(settle_lookups, url, later)
    assert later.hash_address("sms", "+15550100") == hashed


def holding(world: World, file: KeyFile) -> Database:
    """The world's database for a process that also holds the keys of `file`."""
    masters = (*file.read(), *world.service.context.database.vault.masters)
    world.service.context.database.vault = vault_of(GivenKeys(masters))
    return world.service.context.database


def test_the_migrated_database_is_what_the_tables_say(world: World) -> None:
    url = world.service.context.database.engine.url.render_as_string(hide_password=False)
    assert differences(url) == []
