"""What was not understood is kept without who wrote it, labelled by a person, and exported; nothing trains itself."""

from datetime import timedelta

import pytest
import yaml
from sqlalchemy import text

from bot.domain.masking import without_who
from bot.services import review
from bot.store import reviews
from tests.conftest import World

INTENTS = {"ask_cost", "ask_ways_in"}


async def keep(world: World, words: str, turn: str | None = None, **more: object) -> None:
    context = world.service.context
    await world.client.says(words)
    await world.client.hears(f"answer to: {words}")
    async with context.database.transaction() as tx:
        row = (await tx.rows(text("SELECT id, conversation_id FROM turn ORDER BY id DESC LIMIT 1")))[0]
        await tx.run(text("UPDATE turn SET state = 'open' WHERE id = :id"), {"id": row.id})
    known = {"kind": "not_understood", "guesses": ["ask_cost"], **more}
    await review.keep(context, str(row.conversation_id), str(turn or row.id), words, **known)  # type: ignore[arg-type]


async def test_a_text_is_kept_once_however_often_it_is_written(world: World) -> None:
    database = world.service.context.database
    for _ in range(2):
        await keep(world, "can one come by there")
    (one,) = await review.list_open(database)
    assert (one.text, one.times, one.guesses, one.language) == (
        "can one come by there",
        2,
        ("ask_cost",),
        "en",
    )


async def test_the_table_names_nobody_and_shows_no_word(world: World) -> None:
    database = world.service.context.database
    await keep(world, "my name is Zebulon Quill, call 555 010 0199, maria knows me")
    (one,) = await review.list_open(database)
    assert one.text == "my name is (name), call (number), (counselor) knows me"
    async with database.single() as tx:
        row = (await tx.rows(text("SELECT * FROM review")))[0]
    assert set(row._mapping) == {"id", "fingerprint", "text", "detail", "times", "label", "seen_on"}
    assert b"knows" not in bytes(row.text)


async def test_what_the_client_chose_is_the_suggestion_and_no_second_text(world: World) -> None:
    await keep(world, "can one come by there")
    await keep(world, "can one come by there", kind="chosen", meant="ask_ways_in")
    (one,) = await review.list_open(world.service.context.database)
    assert (one.times, one.meant, one.kind) == (1, "ask_ways_in", "chosen")


async def test_a_label_is_exported_as_examples_to_commit(world: World) -> None:
    database = world.service.context.database
    await keep(world, "can one come by there")
    await keep(world, "cuanto me sale eso alli", language="es")
    await keep(world, "zzz")
    first, second, third = await review.list_open(database)
    await review.label(database, first.id, "ask_ways_in", INTENTS)
    await review.label(database, second.id, "ask_cost", INTENTS)
    await review.label(database, third.id, review.IGNORE, INTENTS)
    assert await review.list_open(database) == []
    files = await review.export(database)
    assert yaml.safe_load(files["en"])["nlu"] == [
        {"intent": "ask_ways_in", "examples": "- can one come by there\n"}
    ]
    assert yaml.safe_load(files["es"])["spanish"][0]["intent"] == "ask_cost"


async def test_a_wrong_label_or_number_changes_nothing(world: World) -> None:
    database = world.service.context.database
    await keep(world, "can one come by there")
    (one,) = await review.list_open(database)
    with pytest.raises(review.NoSuchIntent):
        await review.label(database, one.id, "ask_the_moon", INTENTS)
    with pytest.raises(review.NoSuchReview):
        await review.label(database, one.id + 1, "ask_cost", INTENTS)
    assert len(await review.list_open(database)) == 1


async def test_a_turn_that_was_given_up_keeps_nothing(world: World) -> None:
    await world.client.says("hello there")
    await world.client.hears("answer to")
    async with world.service.context.database.single() as tx:
        row = (await tx.rows(text("SELECT id, conversation_id FROM turn")))[0]
    await review.keep(
        world.service.context, str(row.conversation_id), str(row.id), "hm", kind="not_understood"
    )
    assert await review.list_open(world.service.context.database) == []


async def test_a_text_that_is_too_old_is_forgotten(world: World) -> None:
    database = world.service.context.database
    await keep(world, "can one come by there")
    (one,) = await review.list_open(database)
    async with database.single() as tx:
        assert await reviews.drop_older_than(tx, one.seen_on) == 0
        assert await reviews.drop_older_than(tx, one.seen_on + timedelta(days=1)) == 1
    assert await review.list_open(database) == []


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("write me at jo.doe@example.org", "write me at (e-mail)"),
        ("i live at 12 Elm street", "i live at (address)"),
        ("my son Tyler won't eat", "my son (name) won't eat"),
        ("call me back tomorrow at 5", "call me back tomorrow at 5"),
        ("me llamo Ana y tomo", "me llamo (name) y tomo"),
        ("see www.example.org/x", "see (link)"),
        ("i had 30 days", "i had 30 days"),
    ],
)
def test_names_and_numbers_are_taken_out(written: str, kept: str) -> None:
    assert without_who(written) == kept
