"""A counselor who was revoked, or whose phone said STOP: never offered, never reaching a client, nobody left waiting."""

from bot.domain.needs import Needs
from bot.services.enrolment import revoke
from bot.services.relay import relay_to_client
from bot.services.staff_phones import send_login_code
from bot.services.taking import take_handoff
from bot.store import counselors
from tests.conftest import World
from tests.path.test_handoffs import JAMES, MARIA, _ask_for_person, _id, _tag_on


async def _held_by_james(world: World) -> str:
    """A conversation that James holds, and that Maria and Robin could take, too."""
    await world.maria.says("AWAY")
    await world.maria.hears("You are away")
    await _ask_for_person(world, world.client)
    tag = await _tag_on(world.james)
    await world.james.says(f"TAKE {tag}")
    await world.client.hears("James, a counselor, has joined")
    await world.maria.says("BACK")
    await world.maria.hears("Welcome back")
    return tag


async def test_revoking_gives_the_client_back_to_the_others_and_says_so(world: World) -> None:
    tag = await _held_by_james(world)
    await revoke(world.service.context, _id(JAMES))
    await world.client.hears("James can't go on in this chat")
    await world.maria.hears(tag)
    await world.maria.says(f"TAKE {tag}")
    await world.client.hears("Maria, a counselor, has joined")
    await world.client.says("are you there?")
    await world.maria.hears(f"{tag}: are you there?")


async def test_a_revoked_phone_hears_nothing_more_and_its_words_reach_nobody(world: World) -> None:
    tag = await _held_by_james(world)
    heard = len(await world.james.texts())
    await revoke(world.service.context, _id(JAMES))
    await world.client.hears("James can't go on")
    for words in (f"{tag} psst", "psst", f"TAKE {tag}", f"DONE {tag}"):
        await world.james.says(words)
    await world.client.says("anybody?")
    await world.maria.hears(tag)
    assert not any("psst" in text for text in await world.client.unheard())
    neutral = (await world.james.texts())[heard:]
    assert all(text.text.startswith("This line is for our staff") for text in neutral)


async def test_a_revoked_counselor_can_do_nothing_through_any_door(world: World) -> None:
    tag = await _held_by_james(world)
    context = world.service.context
    async with context.database.transaction() as tx:
        await counselors.unbind(tx, _id(JAMES))  # the moment after, before the job has run
    assert not (await relay_to_client(context, _id(JAMES), tag, "psst")).ok
    assert not (await take_handoff(context, _id(JAMES), tag)).ok
    assert not await send_login_code(context, _id(JAMES), "123456")


async def test_an_offer_to_who_is_revoked_goes_on_at_once(world: World) -> None:
    must = Needs(must=("gender:man",))
    assert await _ask_for_person(world, world.client, must) == "offered"
    await _tag_on(world.james)
    await revoke(world.service.context, _id(JAMES))
    second = world.phone("client-2")
    assert await _ask_for_person(world, second, must) == "nobody_eligible"


async def test_stop_makes_a_counselor_unreachable_until_start(world: World) -> None:
    tag = await _held_by_james(world)
    await world.james.says("stop")
    await world.james.hears("no more texts from this number")
    await world.robin.hears("takes no more texts")
    await world.client.hears("James can't go on")
    await world.maria.hears(tag)
    await world.james.says(f"{tag} psst")
    second = world.phone("client-2")
    assert await _ask_for_person(world, second, Needs(must=("gender:man",))) == "nobody_eligible"
    await world.james.says("START")
    await world.james.hears("Welcome back")
    third = world.phone("client-3")
    assert await _ask_for_person(world, third, Needs(must=("gender:man",))) == "offered"
    assert not any("psst" in text for text in await world.client.unheard())


async def test_a_login_code_goes_to_the_enrolled_phone(world: World) -> None:
    assert await send_login_code(world.service.context, _id(MARIA), "481216")
    assert "481216" in await world.maria.hears("your code for the desk")
