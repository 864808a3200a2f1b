"""The way of a message through the real service with a stand-in for Rasa: stored, screened, answered, handed on."""

from tests.conftest import World


async def test_a_first_text_hears_who_answers_and_then_the_answer(world: World) -> None:
    await world.client.says("when should I see a therapist?")
    await world.client.hears("automated assistant")
    assert await world.client.hears() == "answer to: when should I see a therapist?"


async def test_the_whole_story_from_question_to_hand_back(world: World) -> None:
    world.dialogue.down = True  # without Rasa a person can still be reached
    await world.client.says("I want to talk to someone")
    await world.client.hears("a part of me is not working")
    await world.client.says("1")
    await world.client.hears("sent your request")
    alert = await world.maria.hears("New conversation waiting")
    tag = alert.split("Case ")[1].split(".")[0]
    await world.james.hears(tag)
    await world.maria.presses(f"TAKE {tag}")
    await world.maria.hears(f"{tag} is yours")
    await world.client.hears("Maria, a counselor, has joined")
    await world.james.hears("taken by a colleague")
    await world.client.says("hello Maria")
    await world.maria.hears(f"{tag}: hello Maria")
    await world.maria.says("Hi, glad you wrote.")
    await world.client.hears("Maria: Hi, glad you wrote.")
    await world.maria.says(f"DONE {tag}")
    await world.client.hears("has left the chat")
    world.dialogue.down = False
    await world.client.says("1")
    await world.client.hears("Thank you")
    await world.client.says("what now?")
    await world.client.hears("answer to: what now?")


async def test_danger_is_answered_without_rasa_and_everybody_eligible_is_alerted(world: World) -> None:
    world.dialogue.down = True
    await world.client.says("i want to kill myself tonight")
    await world.client.hears("988")
    for phone in (world.maria, world.james, world.robin):
        await phone.hears("Priority: CRISIS")
