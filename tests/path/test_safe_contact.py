"""Somebody else may hold the phone: EXIT, the neutral question after a gap, the code word (rules R3.8 to R3.11)."""

from bot.domain.contact import Contact
from bot.store import conversations
from tests.conftest import Phone, World, until
from tests.path.test_handoffs import _ask_for_person, _channel, _tag_on

REVEALING = (
    "therap",
    "counsel",
    "Maria",
    "James",
    "clinic",
    "addict",
    "crisis",
    "assistant",
    "Two Dreams",
    "988",
)


async def _say_of_contact(world: World, phone: Phone, **said: object) -> None:
    context = world.service.context
    async with context.database.transaction() as tx:
        conversation_id = await conversations.find_or_create(tx, _channel(phone), phone.id)
        await conversations.write_contact(tx, conversation_id, Contact().told(context.clock.now(), **said))


async def _taken_by_maria(world: World, phone: Phone) -> str:
    await _ask_for_person(world, phone)
    tag = await _tag_on(world.maria)
    await world.maria.says(f"TAKE {tag}")
    return tag


async def test_exit_says_one_neutral_text_and_then_nothing_until_the_client_writes(world: World) -> None:
    await _taken_by_maria(world, world.client)
    await world.client.hears("Maria, a counselor, has joined")
    await world.client.says("EXIT")
    last = await world.client.hears()
    assert last == "Thanks, bye. Texts stay on this phone until you delete them."
    await world.maria.hears("left quickly")
    await world.maria.says("are you there?")
    await world.maria.hears("kept, not sent yet")
    world.clock.move(minutes=30)
    await world.maria.says("still there?")
    await world.maria.hears("kept, not sent yet")
    assert await world.client.unheard() == []
    await world.client.says("hi again")
    await world.client.hears("Maria: are you there?")
    await world.client.hears("Maria: still there?")
    await world.maria.hears("hi again")


async def test_on_a_phone_that_allows_it_exit_takes_both_sides_texts_away(world: World) -> None:
    phone = world.phone("client-3")
    await phone.says("my secret words")
    await phone.hears("answer to: my secret words")
    await phone.presses("exit")
    await phone.hears("Thanks, bye.")

    async def gone() -> bool:
        left = [text.text for text in await world.service.phones.texts(phone.id)]
        return left == ["Thanks, bye."]

    await until(gone)


async def test_after_a_gap_a_neutral_question_comes_first_and_the_rest_after_a_yes(world: World) -> None:
    await _taken_by_maria(world, world.client)
    await world.client.hears("has joined")
    await _say_of_contact(world, world.client, safe="times", spans=((0, 1440),))
    world.clock.move(hours=5)
    await world.maria.says("how are you today?")
    await world.maria.hears("kept, not sent yet")
    question = await world.client.hears()
    assert question == "Hi, following up as you asked. Is now OK? Reply 1 = ok, 2 = later."
    assert not any(word.lower() in question.lower() for word in REVEALING)
    assert await world.client.unheard() == []
    await world.client.says("1")
    await world.client.hears("Maria: how are you today?")


async def test_who_never_said_that_it_is_safe_gets_nothing_after_a_gap_until_they_write(world: World) -> None:
    await _taken_by_maria(world, world.client)
    await world.client.hears("has joined")
    world.clock.move(hours=5)
    await world.maria.says("how are you today?")
    await world.maria.hears("kept, not sent yet")
    assert await world.client.unheard() == []
    await world.client.says("hello?")
    await world.client.hears("Maria: how are you today?")


async def test_later_means_later(world: World) -> None:
    await _taken_by_maria(world, world.client)
    await world.client.hears("has joined")
    await _say_of_contact(world, world.client, safe="times", spans=((0, 1440),))
    world.clock.move(hours=5)
    await world.maria.says("how are you today?")
    await world.client.hears("Is now OK?")
    await world.client.says("later")
    assert await world.client.hears() == "All right. You can write here when it suits you."
    await world.maria.says("another one")
    await world.maria.hears("kept")
    assert not any("Maria" in text for text in await world.client.unheard())


async def test_with_a_code_word_nothing_is_shown_before_it_and_a_wrong_one_shows_nothing(
    world: World,
) -> None:
    await _ask_for_person(world, world.client)
    await _say_of_contact(world, world.client, word="bluebird")
    tag = await _tag_on(world.maria)
    await world.maria.says(f"TAKE {tag}")
    assert await world.client.hears() == "Hi. Before we go on: what is the word we agreed on?"
    await world.maria.says("hello, how can I help?")
    await world.maria.hears("kept, not sent yet")
    await world.client.says("who is this??")
    assert await world.client.hears() == "Thanks. You can write here any time."
    await world.maria.hears("code word not given")
    assert await world.client.unheard() == []
    await world.client.says("Bluebird")
    await world.client.hears("Maria, a counselor, has joined")
    await world.client.hears("Maria: hello, how can I help?")


async def test_danger_waits_for_no_code_word(world: World) -> None:
    await _ask_for_person(world, world.client)
    await _say_of_contact(world, world.client, word="bluebird")
    tag = await _tag_on(world.maria)
    await world.maria.says(f"TAKE {tag}")
    await world.client.hears("what is the word")
    await world.client.says("i want to kill myself tonight")
    await world.maria.hears("(!)")


async def test_what_is_said_about_texting_is_kept_at_any_time_and_said_back(world: World) -> None:
    await world.client.says("only text me after 6 pm")
    await world.client.hears("we write only 6 PM to 10 PM")
    await world.client.says("call me Sam")
    await world.client.hears("we call you Sam")
    await world.client.says("code word bluebird")
    assert "bluebird" not in await world.client.hears("you have a word now")
    assert world.dialogue.asked == []
