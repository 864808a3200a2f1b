"""What a client may ask of their data, what is kept, and what goes by itself: rules of the field 6.5."""

import asyncio
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.services import breach, rights
from bot.services.housekeeping import forget_some, purge_now
from bot.store import audit
from bot.store import record_tables as _records  # noqa: F401
from bot.store.personal import EXPORTED
from bot.store.purge import RULES, Retention
from bot.store.roles import SERVICE, grant
from bot.store.tables import metadata
from tests.conftest import World, until

KEPT = Retention()


async def one(world: World, statement: str, **values: object) -> object:
    async with world.service.context.database.single() as tx:
        return (await tx.run(text(statement), values)).scalar()


async def conversation_of(world: World) -> str:
    return str(await one(world, "SELECT id FROM conversation ORDER BY created_at LIMIT 1"))


async def everything_is_sent(world: World) -> None:
    unsent = "SELECT count(*) = 0 FROM message WHERE status IN ('queued', 'sending', 'stored')"
    await until(lambda: one(world, unsent))


async def a_talk(world: World) -> str:
    await world.client.says("when should I see a therapist?")
    await world.client.hears("answer to")
    await everything_is_sent(world)
    return await conversation_of(world)


async def a_handoff(world: World) -> None:
    world.dialogue.down = True
    await world.client.says("I need a person")
    await world.client.hears("a part of me is not working")
    await world.client.says("1")
    await world.client.hears("sent your request")
    tag = (await world.maria.hears("Case ")).split("Case ")[1].split(".")[0]
    await world.maria.says(f"TAKE {tag}")
    await world.client.hears("joined")
    await world.maria.says(f"DONE {tag}")
    await world.client.hears("assistant")
    world.dialogue.down = False
    await everything_is_sent(world)


def test_every_table_has_a_rule_for_how_long_it_is_kept() -> None:
    assert set(metadata.tables) - set(RULES) == set()


async def test_a_talk_with_the_bot_is_gone_after_its_time(world: World) -> None:
    await a_talk(world)
    world.clock.move(days=29)
    assert "message" not in await purge_now(world.service.context, KEPT)
    world.clock.move(days=2)
    gone = await purge_now(world.service.context, KEPT)
    assert gone["message"] >= 2
    assert gone["conversation"] == 1
    for table in ("message", "verdict", "turn", "turn_effect", "conversation", "handset_text"):
        assert await one(world, f"SELECT count(*) FROM {table}") == 0, table


async def test_rasas_memory_goes_with_it(world: World) -> None:
    async with world.service.context.database.single() as tx:
        for age in (1, 31):
            await tx.run(
                text(
                    "INSERT INTO rasa.turns (conversation_id, written_at, events)"
                    " VALUES (:id, now() - make_interval(days => :age), '')"
                ),
                {"id": f"old-{age}", "age": age},
            )
    await purge_now(world.service.context, KEPT)
    assert await one(world, "SELECT string_agg(conversation_id, ',') FROM rasa.turns") == "old-1"


async def test_a_talk_with_a_counselor_is_a_record_and_kept_for_seven_years(world: World) -> None:
    await a_handoff(world)
    world.clock.move(days=400)
    await purge_now(world.service.context, KEPT)
    assert await one(world, "SELECT count(*) FROM message WHERE counselor_id IS NULL") > 0  # type: ignore[operator]
    assert (
        await one(world, "SELECT count(*) FROM message WHERE counselor_id IS NOT NULL") == 0
    )  # alerts: 90 days
    world.clock.move(days=365 * 7)
    await purge_now(world.service.context, KEPT)
    assert await one(world, "SELECT count(*) FROM message") == 0
    assert await one(world, "SELECT count(*) FROM handoff") == 0
    assert await one(world, "SELECT count(*) FROM conversation") == 0


async def test_what_is_on_legal_hold_outlives_its_time_and_refuses_an_erasure(world: World) -> None:
    conversation = await a_talk(world)
    database = world.service.context.database
    assert await rights.hold(database, conversation, "case 2026-17", "op")
    world.clock.move(days=4000)
    await purge_now(world.service.context, KEPT)
    assert await one(world, "SELECT count(*) FROM message") > 0  # type: ignore[operator]
    with pytest.raises(rights.MustBeKept, match="legal hold"):
        await rights.erase(database, conversation, "op", with_record=True)
    assert await rights.release(database, conversation, "op")
    await purge_now(world.service.context, KEPT)
    assert await one(world, "SELECT count(*) FROM message") == 0


async def test_an_opt_out_is_known_after_everything_else_is_gone(world: World) -> None:
    await a_talk(world)
    await world.client.says("STOP")
    await until(lambda: one(world, "SELECT count(opted_out_at) FROM conversation"))
    await everything_is_sent(world)
    await rights.erase(world.service.context.database, await conversation_of(world), "op", with_record=False)
    assert await one(world, "SELECT count(*) FROM conversation") == 0
    assert await one(world, "SELECT count(*) FROM opt_out") == 1
    world.client.heard = 0
    await world.client.says("hello again")
    await until(lambda: one(world, "SELECT count(*) FROM message WHERE outcome = 'opted_out'"))
    assert await world.client.texts() == []


@pytest.mark.parametrize("words", ["/delete", "delete my data", "Please erase everything about me"])
async def test_a_wish_to_be_erased_reaches_a_person_and_promises_nothing(world: World, words: str) -> None:
    await world.client.says(words)
    heard = await world.client.hears("deleted")
    assert "Until then it stays" in heard
    await world.robin.hears("warmline requests")
    assert await one(world, "SELECT kind FROM data_request WHERE done_at IS NULL") == "erase"
    await world.client.says(words)
    await world.client.hears("deleted")
    assert await one(world, "SELECT count(*) FROM data_request") == 1


async def test_an_erasure_leaves_nothing_but_the_audit(world: World) -> None:
    conversation = await a_talk(world)
    await world.client.says("delete my data")
    await world.client.hears("deleted")
    await everything_is_sent(world)
    erased = await rights.erase(world.service.context.database, conversation, "op", with_record=False)
    assert erased.messages >= 4
    for table in ("verdict", "turn", "conversation"):
        assert await one(world, f"SELECT count(*) FROM {table}") == 0, table
    # Only the supervisor's alert is left, which names nobody.
    assert await one(world, "SELECT count(*) FROM message WHERE conversation_id IS NOT NULL") == 0
    assert await one(world, "SELECT outcome FROM data_request") == "erased"
    async with world.service.context.database.single() as tx:
        entries = await audit.entries(tx, conversation_id=conversation)
    assert [e.what for e in entries][-2:] == ["erase:asked", "erased"]


async def test_a_record_of_the_clinic_is_not_erased_by_the_way(world: World) -> None:
    await a_handoff(world)
    conversation = await conversation_of(world)
    with pytest.raises(rights.MustBeKept, match="record"):
        await rights.erase(world.service.context.database, conversation, "op", with_record=False)
    await rights.erase(world.service.context.database, conversation, "op", with_record=True)
    assert await one(world, "SELECT count(*) FROM handoff") == 0


async def test_the_provider_is_asked_to_forget_and_asked_again(world: World) -> None:
    conversation = await a_talk(world)
    erased = await rights.erase(world.service.context.database, conversation, "op", with_record=False)
    assert erased.at_provider >= 2
    assert await one(world, "SELECT count(*) FROM forget") == erased.at_provider
    await forget_some(world.service.context)  # simulated phones keep nothing at a provider
    assert await one(world, "SELECT count(*) FROM forget") == 0


async def test_an_export_holds_the_clients_own_words_and_no_notes_and_is_recorded(world: World) -> None:
    conversation = await a_talk(world)
    copy = await rights.export(world.service.context.database, conversation, "op")
    assert "when should I see a therapist?" in [m["text"] for m in copy["messages"]]
    assert set(copy) == set(EXPORTED.values())
    async with world.service.context.database.single() as tx:
        entries = await audit.entries(tx, what="exported")
    assert [e.conversation_id for e in entries] == [conversation]


async def test_nobody_changes_the_audit(world: World) -> None:
    """The owner is refused by the trigger; the service's account has no right to try."""
    await a_talk(world)
    async with world.service.context.database.single() as tx:
        await audit.record(tx, "tried", actor="operator")
    for attempt in ("UPDATE audit SET what = 'x'", "DELETE FROM audit", "TRUNCATE audit"):
        with pytest.raises(DBAPIError, match="cannot be changed"):
            await one(world, attempt)


async def test_the_services_account_may_add_to_the_audit_and_no_more(world: World) -> None:
    url = world.service.context.database.engine.url.set(drivername="postgresql+psycopg")

    def give() -> None:
        from sqlalchemy import create_engine

        engine = create_engine(url)
        with engine.begin() as connection:
            grant(connection, SERVICE, None)
        engine.dispose()

    await asyncio.to_thread(give)
    dsn = world.dsn.replace("user=warmline", f"user={SERVICE}")
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("INSERT INTO audit (actor, what) VALUES ('service', 'added')")
        for attempt in ("UPDATE audit SET what = 'x'", "DELETE FROM audit", "TRUNCATE audit"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(attempt)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("ALTER TABLE audit DISABLE TRIGGER ALL")


async def test_a_free_text_does_not_get_into_the_audit(world: World) -> None:
    async with world.service.context.database.single() as tx:
        with pytest.raises(audit.NotForTheAudit):
            await audit.record(tx, "x", actor="operator", detail="he said: \u201cI'm scared\u201d")


async def test_a_breach_report_names_fields_cases_and_the_last_day(world: World) -> None:
    conversation = await a_talk(world)
    database = world.service.context.database
    key = await breach.stolen_key(database, database.vault.newest)
    assert key.conversations == [conversation]
    assert key.fields["message.text"] >= 2
    assert (await breach.stolen_key(database, (database.vault.newest + 1) % 256)).fields == {}
    dumped = await breach.stolen_dump(database)
    assert dumped.conversations == [conversation]
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert dumped.as_json(now)["people_must_be_told_by"] == now + timedelta(days=60)


async def test_a_session_report_lists_what_was_read_with_it(world: World) -> None:
    await a_handoff(world)
    database = world.service.context.database
    async with database.single() as tx:
        reader = next(e for e in await audit.entries(tx) if e.what == "read:take")
    now = datetime.now(UTC)
    report = await breach.stolen_session(
        database, str(reader.actor_id), now - timedelta(hours=1), now + timedelta(hours=1)
    )
    assert report.conversations == [reader.conversation_id]
