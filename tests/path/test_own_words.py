"""What clients say about their needs in their own words reaches who took the conversation, and nobody else (R3.6)."""

from bot.demonstration import STAFF
from bot.domain.needs import Needs
from bot.domain.options import Option
from bot.services import desk
from bot.services.context import BotReply
from bot.services.desk_work import take
from bot.services.handoff import open_handoff
from bot.services.own_words import HIDDEN
from bot.store import audit, conversations, handoffs
from tests.conftest import World

MARIA, JAMES, ROBIN = (person.id for person in STAFF)
TOPIC, NOTE = "the summer house", "somebody unlike my stepfather"
NEEDS = Needs(prefer=("gender:woman",), never=(f"counselor:{JAMES}",), do_not_ask=(TOPIC,), note=NOTE)
QUESTION = Option("skip", '/choose{"choice": "need_never.skip"}')
RECAP = Option("send it", '/choose{"choice": "need_confirm.send"}')


async def _told_and_sent(world: World) -> int:
    """A client answers two questions about needs in their own words, and asks for a woman. Returns the handoff."""
    answers = {
        "hello": BotReply(
            "Is there anyone who must not be your counselor?", ((QUESTION.label, QUESTION.payload),)
        ),
        NOTE: BotReply(f"So: no questions about {TOPIC}.", ((RECAP.label, RECAP.payload),)),
    }
    world.dialogue.answer = lambda asked: [answers.get(asked["text"], BotReply("All right."))]
    await world.client.says("hello")
    await world.client.hears("must not be your counselor")
    await world.client.says(NOTE)
    await world.client.hears("no questions about")
    async with world.service.context.database.transaction() as tx:
        conversation_id = await conversations.find_or_create(tx, "phone-sms", "client-1")
    await open_handoff(world.service.context, conversation_id, None, NEEDS)
    async with world.service.context.database.transaction() as tx:
        return (await handoffs.all_open(tx))[0].id


async def _seen(world: World, counselor_id: str, handoff_id: int) -> str:
    view = await desk.conversation(world.service.context, counselor_id, handoff_id)
    assert view is not None
    return "\n".join((repr(view.needs), repr(view.notes), *(message.text for message, _ in view.lines)))


async def test_before_it_is_taken_nobody_sees_them_and_afterwards_who_took_it_alone(world: World) -> None:
    handoff_id = await _told_and_sent(world)
    for person in (MARIA, ROBIN):
        seen = await _seen(world, person, handoff_id)
        assert "gender:woman" in seen
        assert HIDDEN in seen
        assert "hello" in seen
        assert TOPIC not in seen
        assert NOTE not in seen
    assert (await take(world.service.context, MARIA, handoff_id)).ok
    hers, supervisors = await _seen(world, MARIA, handoff_id), await _seen(world, ROBIN, handoff_id)
    for words in (TOPIC, NOTE):
        assert words in hers
        assert words not in supervisors
    async with world.service.context.database.transaction() as tx:
        read = [entry.what for entry in await audit.entries(tx, actor_id=ROBIN)]
    assert "read:supervision" in read
    assert await desk.conversation(world.service.context, JAMES, handoff_id) is None


async def test_on_phones_they_reach_who_took_it_alone(world: World) -> None:
    handoff_id = await _told_and_sent(world)
    async with world.service.context.database.transaction() as tx:
        handoff = await handoffs.read(tx, handoff_id)
    assert handoff is not None
    await world.maria.says(f"TAKE {handoff.tag}")
    await world.maria.hears(TOPIC)
    for phone in (world.james, world.robin):
        heard = " ".join(text.text for text in await phone.texts())
        assert TOPIC not in heard
        assert NOTE not in heard


async def test_an_answer_that_the_screen_marked_is_never_hidden(world: World) -> None:
    world.dialogue.answer = lambda asked: [BotReply("Anyone?", ((QUESTION.label, QUESTION.payload),))]
    await world.client.says("hello")
    await world.client.hears("Anyone?")
    await world.client.says("i want to kill myself tonight")
    await world.maria.hears("CRISIS")
    async with world.service.context.database.transaction() as tx:
        handoff_id = (await handoffs.all_open(tx))[0].id
    assert "kill myself tonight" in await _seen(world, MARIA, handoff_id)
