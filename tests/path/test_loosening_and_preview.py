"""Nobody fits: one named need may become a wish. And who it would be, with "someone else", by the same eligibility."""

from bot.domain.needs import Needs
from bot.services.context import BotReply
from bot.services.handoff import open_handoff
from bot.store import conversations
from tests.conftest import World
from tests.path.test_handoffs import _ask_for_person, _tag_on

POLISH = "language:pl"
AS_A_WISH = ("someone who speaks Polish if possible", f"loosen:{POLISH}")


async def _needs(world: World) -> Needs:
    async with world.service.context.database.transaction() as tx:
        conversation_id = await conversations.find_or_create(tx, "phone-sms", "client-1")
        return await conversations.read_needs(tx, conversation_id)


async def test_the_one_need_that_keeps_everybody_out_is_named_and_becomes_a_wish_when_chosen(
    world: World,
) -> None:
    asked = Needs(must=(POLISH,), never=("gender:man",))
    world.dialogue.answer = lambda _: [BotReply("Nobody who fits is here.", (("wait", "/choose"), AS_A_WISH))]
    await world.client.says("hello")
    await world.client.hears("Nobody who fits")
    async with world.service.context.database.transaction() as tx:
        conversation_id = await conversations.find_or_create(tx, "phone-sms", "client-1")
    outcome = await open_handoff(world.service.context, conversation_id, None, asked)
    assert (outcome.state, tuple(outcome.loosen)) == ("nobody_eligible", (AS_A_WISH,))
    assert await world.maria.texts() == []
    await world.client.says("2")
    await world.client.hears("I have sent your request to our counselors")
    await world.maria.hears("New conversation waiting")
    assert await _needs(world) == Needs(prefer=(POLISH,), never=("gender:man",))
    assert await world.james.texts() == []


async def test_a_need_that_comes_up_while_waiting_is_answered_with_the_same_choices(world: World) -> None:
    await _ask_for_person(world, world.client)
    await _tag_on(world.maria)
    await world.client.says("someone who speaks polish please")
    said = await world.client.hears("Nobody who fits what you asked for")
    assert "1 = wait, 2 = someone who speaks Polish if possible" in said
    await world.maria.hears("no longer waiting")
    await world.client.says("1")
    await world.client.hears("I'll tell you here when a counselor joins")
    assert (await _needs(world)).must == (POLISH,)


async def test_where_refusals_alone_keep_everybody_out_none_of_them_is_offered(world: World) -> None:
    refused = Needs(never=("gender:woman", "gender:man", "gender:nonbinary"))
    async with world.service.context.database.transaction() as tx:
        conversation_id = await conversations.find_or_create(tx, "phone-sms", "client-1")
    outcome = await open_handoff(world.service.context, conversation_id, None, refused)
    assert (outcome.state, tuple(outcome.loosen)) == ("nobody_eligible", ())


async def test_who_it_would_be_and_someone_else_while_waiting_and_who_it_is_afterwards(world: World) -> None:
    await _ask_for_person(world, world.client, Needs(prefer=("gender:woman",)))
    tag = await _tag_on(world.maria)
    await world.client.says("who is it?")
    first = await world.client.hears("It could be Maria")
    assert "A woman, trained in trauma, speaks English and Spanish" in first
    await world.client.says("2")
    second = await world.client.hears("It could be James")
    assert "Maria" not in second
    await world.maria.hears("no longer waiting")
    await world.maria.says(f"TAKE {tag}")
    assert "can't take" in await world.maria.hears()
    await world.james.says(f"TAKE {tag}")
    await world.client.hears("James, a counselor, has joined")
    await world.client.says("who am i talking to?")
    await world.client.hears("You are writing with James. In their own words: A man, in recovery himself")
    await world.james.hears("who am i talking to?")


async def test_before_anybody_was_asked_for_the_preview_keeps_to_what_is_known(world: World) -> None:
    async with world.service.context.database.transaction() as tx:
        conversation_id = await conversations.find_or_create(tx, "phone-sms", "client-1")
        await conversations.write_needs(tx, conversation_id, Needs(never=("gender:woman",)))
    await world.client.says("who would it be?")
    assert "Maria" not in await world.client.hears("It could be James")
