"""Back to the counselor they had: asked first when eligible and on duty, and otherwise the truth and a choice."""

import pytest

from bot.domain.needs import Needs
from bot.domain.other_counselor import wants_the_same
from bot.store import conversations
from tests.conftest import World
from tests.path.test_handoffs import _ask_for_person, _tag_on


async def _had_james(world: World) -> None:
    await _ask_for_person(world, world.client)
    tag = await _tag_on(world.james)
    await world.james.says(f"TAKE {tag}")
    await world.client.hears("James, a counselor, has joined")
    await world.james.says(f"DONE {tag}")
    await world.client.hears("James has left the chat")
    await world.client.says("4")
    await world.client.hears("You can write here any time")
    await world.maria.hears("taken by a colleague")


async def test_who_comes_back_gets_the_same_counselor_asked_first_and_then_the_others(world: World) -> None:
    await _had_james(world)
    await world.client.says("can I talk to the same counselor again please?")
    await world.client.hears("I've asked James first")
    tag = await _tag_on(world.james)
    assert not any(tag in text for text in await world.maria.unheard())
    world.clock.move(seconds=100)
    await world.maria.hears(f"Case {tag}")
    await world.james.says(f"TAKE {tag}")
    await world.client.hears("James, a counselor, has joined")


async def test_a_counselor_who_is_not_there_is_not_asked_and_that_is_said(world: World) -> None:
    await _had_james(world)
    await world.james.says("AWAY")
    await world.james.hears("You are away")
    await world.client.says("same counselor please")
    await world.client.hears("James isn't on duty right now")
    await world.client.says("1")
    await world.client.hears("sent your request")
    await world.maria.hears("New conversation waiting")


async def test_a_counselor_who_no_longer_fits_is_never_asked_again_and_no_reason_is_given(
    world: World,
) -> None:
    await _had_james(world)
    context = world.service.context
    async with context.database.transaction() as tx:
        conversation_id = await conversations.find_or_create(tx, "phone-sms", "client-1")
        await conversations.write_needs(tx, conversation_id, Needs(never=("gender:man",)))
    before = len(await world.james.texts())
    await world.client.says("the counselor from last time please")
    assert "James can't join this chat. Shall I ask another" in await world.client.hears("James")
    assert len(await world.james.texts()) == before


async def test_without_an_earlier_talk_it_is_said_and_a_counselor_offered(world: World) -> None:
    await world.client.says("the same counselor as before please")
    await world.client.hears("I don't see a chat with a counselor here")


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("can I have the same counselor again?", True),
        ("Same person as last time please", True),
        ("the counselor I talked to yesterday", True),
        ("i'd like to talk to my counselor again", True),
        ("can i get my counselor back", True),
        ("not the same counselor", False),
        ("please dont put me with the same counselor as before", False),
        ("no same person as last time", False),
        ("do you have the same counselor for everyone?", False),
        ("my counselor again asked me about my brother", False),
    ],
)
def test_only_whole_texts_that_ask_for_it_count(text: str, same: bool) -> None:
    assert wants_the_same(text) is same
