"""A copy holds all that is the client's, and after an erasure or its time no word of theirs is left in any table."""

import json

from sqlalchemy import LargeBinary, Table, select, text
from sqlalchemy.dialects.postgresql import JSONB

from bot.demonstration import STAFF
from bot.domain.contact import Contact
from bot.domain.needs import Needs
from bot.services import desk_work, emergencies, rights
from bot.services.emergencies import Disclosure
from bot.services.handoff import open_handoff
from bot.services.housekeeping import purge_now
from bot.store import conversations
from bot.store import desk_tables as _desk  # noqa: F401
from bot.store import record_tables as _records  # noqa: F401
from bot.store.personal import EXPORTED, KEPT_AFTER_ERASURE, NOT_EXPORTED
from bot.store.purge import RULES, Retention
from bot.store.reseal import sealed_columns
from bot.store.tables import handoff, metadata
from tests.conftest import World, until

WORD = "axolotl"  # stands in everything this client says and is asked
MARIA = STAFF[0].id
ON_PHONES = {"handset", "handset_text"}  # what stands on a phone, ours cannot take back
NOT_THEIRS = {"audit", "opt_out", "data_key", "counselor", "closed_day", "handset"}  # staff, keys, hashes


def test_every_column_that_may_hold_a_persons_data_is_exported_or_has_a_reason() -> None:
    named = {*EXPORTED, *NOT_EXPORTED}
    columns = {f"{t.name}.{c.name}": c for t in metadata.tables.values() for c in t.c}
    may_hold = {name for name, c in columns.items() if isinstance(c.type, LargeBinary | JSONB)}
    assert may_hold - named == set()
    assert named - set(columns) == set()
    assert set(EXPORTED) & set(NOT_EXPORTED) == set()


async def _rich(world: World) -> tuple[str, int]:
    """A client of whom everything is stored that can be: (conversation, handoff)."""
    context = world.service.context
    await world.client.says(f"how do I find a therapist? {WORD}")
    await world.client.hears("answer to")
    await world.client.says("delete my data")
    await world.client.hears("deleted")
    async with context.database.transaction() as tx:
        found = await conversations.find_or_create(tx, "phone-sms", "client-1")
    needs = Needs(must=("gender:woman",), note=f"{WORD} note", do_not_ask=(f"{WORD} topic",))
    await open_handoff(context, found, None, needs)
    async with context.database.transaction() as tx:
        number = int((await tx.run(text("SELECT max(id) FROM handoff"))).scalar_one())
    assert (await desk_work.take(context, MARIA, number)).ok
    assert (await desk_work.note(context, MARIA, number, f"{WORD} by Maria")).ok
    assert (await desk_work.reply(context, MARIA, number, f"{WORD} from Maria")).ok
    await world.client.hears(f"{WORD} from Maria")
    await world.client.says(f"thank you {WORD}")
    await world.maria.hears(f"thank you {WORD}")
    async with context.database.transaction() as tx:
        said = Contact().told(context.clock.now(), safe="yes", call_me=f"{WORD} Dee", word=f"{WORD} code")
        await conversations.write_contact(tx, found, said)
    told = Disclosure("a nurse", "a hospital", "Maria", f"{WORD} not breathing well")
    assert await emergencies.record_emergency(context, MARIA, number, told, context.clock.now())
    assert (await desk_work.close(context, MARIA, number, "helped")).ok
    await until(lambda: _sent(world))
    return found, number


async def _sent(world: World) -> bool:
    unsent = "SELECT count(*) = 0 FROM message WHERE status IN ('queued', 'sending', 'stored') AND handled_at IS NULL"
    async with world.service.context.database.single() as tx:
        return bool((await tx.run(text(unsent))).scalar())


async def _opened(world: World, table: Table) -> list[str]:
    """Every sealed value of a table that can be opened, and every plain one."""
    found, sealed = [], {c.name for c in sealed_columns(table)}
    async with world.service.context.database.transaction() as tx:
        for row in await tx.rows(select(table)):
            for name, value in row._mapping.items():
                if name in sealed and value is not None and table.name != "data_key":
                    found.append(str(tx.vault.open(value, f"{table.name}.{name}")))
                elif not isinstance(value, bytes):
                    found.append(json.dumps(value, default=str))
    return found


async def _tables_with(world: World, *words: str) -> set[str]:
    return {
        table.name
        for table in metadata.sorted_tables
        if any(word in value for value in await _opened(world, table) for word in words)
    }


async def test_a_copy_holds_everything_that_is_theirs(world: World) -> None:
    conversation, _ = await _rich(world)
    copy = json.loads(
        json.dumps(await rights.export(world.service.context.database, conversation, "op"), default=str)
    )
    assert set(copy) == set(EXPORTED.values())
    assert copy["address"] == "client-1"
    assert (copy["contact"]["call_me"], copy["contact"]["word"]) == (f"{WORD} Dee", f"{WORD} code")
    assert copy["contact"]["safe"] == "yes"
    assert (copy["needs"]["note"], copy["needs"]["do_not_ask"]) == (f"{WORD} note", [f"{WORD} topic"])
    said = [one["text"] for one in copy["messages"]]
    assert f"thank you {WORD}" in said
    assert any(f"{WORD} from Maria" in one for one in said)
    assert copy["requests"][0]["taken_at"]
    assert copy["asked_of_us"][0]["kind"] == "erase"
    assert f"{WORD} by Maria" not in json.dumps(copy)  # a counselor's note is the clinic's


async def test_after_an_erasure_no_word_and_no_id_is_left_but_where_it_must_be(world: World) -> None:
    conversation, number = await _rich(world)
    before = await _tables_with(world, WORD)
    assert before >= {"conversation", "message", "note", "emergency"}
    await rights.erase(world.service.context.database, conversation, "op", with_record=True)
    assert await _tables_with(world, WORD) - ON_PHONES <= {"emergency"}
    assert await _tables_with(world, conversation) - ON_PHONES <= set(KEPT_AFTER_ERASURE)
    async with world.service.context.database.single() as tx:
        assert await tx.rows(select(handoff).where(handoff.c.id == number)) == []


async def test_when_its_time_is_over_every_table_is_empty_of_clients(world: World) -> None:
    await _rich(world)
    days = max(vars(Retention()).values())
    world.clock.move(days=2 * days)
    for _ in range(2):  # the second time takes what only waited for the first
        await purge_now(world.service.context, Retention())
    left = {table.name: await _opened(world, table) for table in metadata.sorted_tables}
    assert not [name for name, values in left.items() if any(WORD in value for value in values)]
    stays = {"timer", "data_request", "second_factor", *NOT_THEIRS}
    assert {name for name, values in left.items() if values} <= stays
    assert set(left) <= set(RULES)
