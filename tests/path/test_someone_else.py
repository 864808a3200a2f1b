"""Another counselor at any time, without a reason; and passing on, which reaches nobody the client refused."""

from bot.domain.needs import Needs
from bot.store import handoffs
from tests.conftest import World
from tests.path.test_handoffs import _ask_for_person, _id, _tag_on


async def _with_james(world: World, needs: Needs = Needs()) -> str:  # noqa: B008
    await _ask_for_person(world, world.client, needs)
    tag = await _tag_on(world.james)
    await world.james.says(f"TAKE {tag}")
    await world.client.hears("James, a counselor, has joined")
    return tag


async def test_someone_else_please_counts_at_once_and_is_not_shown_to_who_was_on(world: World) -> None:
    tag = await _with_james(world)
    await world.client.says("someone else please")
    await world.client.hears("James has left this chat, and you need give no reason")
    await world.james.hears("no longer with you")
    await world.maria.hears("Still waiting")
    await world.james.says(f"TAKE {tag}")
    assert "can't take" in await world.james.hears()
    assert not any("someone else" in text.text for text in await world.james.texts())


async def test_actually_not_a_man_in_the_middle_of_a_talk(world: World) -> None:
    tag = await _with_james(world)
    await world.client.says("actually, not a man")
    await world.client.hears("James has left this chat")
    await world.maria.hears("Still waiting")
    await world.maria.says(f"TAKE {tag}")
    await world.client.hears("Maria, a counselor, has joined")


async def test_words_about_people_that_ask_for_nobody_else_go_to_the_counselor(world: World) -> None:
    await _with_james(world)
    for text in (
        "my brother needs someone else to drive him",
        "he is not a man of many words",
        "i am a woman",
    ):
        await world.client.says(text)
        await world.james.hears(text)


async def test_needs_that_change_while_waiting_call_off_who_no_longer_fits(world: World) -> None:
    await _ask_for_person(world, world.client)
    tag = await _tag_on(world.james)
    await world.client.says("a woman please")
    await world.client.hears("changed that")
    await world.james.hears("no longer waiting")
    await world.james.says(f"TAKE {tag}")
    assert "can't take" in await world.james.hears()
    await world.maria.says(f"TAKE {tag}")
    await world.client.hears("Maria, a counselor, has joined")


async def test_a_transfer_by_name_with_a_note_that_only_the_next_one_reads(world: World) -> None:
    tag = await _with_james(world)
    await world.james.says(f"TRANSFER {tag} Maria prefers short texts")
    await world.james.hears("is passed on")
    await world.client.hears("James has left the chat and asked a colleague")
    await world.maria.hears("New conversation waiting")
    assert not any("short texts" in text.text for text in await world.robin.texts())
    await world.maria.says(f"TAKE {tag}")
    await world.maria.hears("note from a colleague: prefers short texts")
    await world.client.hears("Maria, a counselor, has joined")


async def test_a_transfer_to_who_is_refused_stays_where_it_is_and_says_no_reason(world: World) -> None:
    tag = await _with_james(world, Needs(never=(f"counselor:{_id('staff-maria')}",)))
    await world.james.says(f"TRANSFER {tag} Maria")
    assert await world.james.hears("can't take") == f"Maria can't take {tag} now. It stays with you."
    assert await world.maria.texts() == []
    async with world.service.context.database.transaction() as tx:
        (handoff,) = await handoffs.all_open(tx)
    assert handoff.state == "taken"


async def test_how_a_talk_ended_is_kept_for_reports_and_the_rest_is_a_note(world: World) -> None:
    tag = await _with_james(world)
    await world.james.says(f"DONE {tag} referred, to the day group")
    await world.client.hears("James has left the chat. I'm the automated assistant again")
    async with world.service.context.database.transaction() as tx:
        closed = await handoffs.last_closed_of(tx, (await handoffs.read(tx, 1)).conversation_id)  # type: ignore[union-attr]
        assert closed is not None
        notes = [text for _, text in await handoffs.notes_of(tx, closed.id)]
    assert notes == ["to the day group"]
