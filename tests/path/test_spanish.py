"""Somebody who writes Spanish: hears Spanish, in a crisis first of all, and counselors know the language."""

from tests.conftest import World


async def test_who_writes_spanish_hears_it_from_the_first_text_on(world: World) -> None:
    await world.client.says("hola, necesito ayuda")
    await world.client.hears("Asistente automatico")
    assert world.dialogue.asked[-1]["metadata"]["writes"] == "es"


async def test_who_writes_english_is_marked_with_no_language(world: World) -> None:
    await world.client.says("i need help")
    await world.client.hears("automated assistant")
    assert "writes" not in world.dialogue.asked[-1]["metadata"]


async def test_a_crisis_in_spanish_is_answered_in_spanish_and_counselors_are_alerted(world: World) -> None:
    await world.client.says("ya no quiero vivir")
    heard = await world.client.hears("988 y marque 2")
    assert "911" in heard
    assert "avisando a nuestros consejeros" in heard
    await world.maria.hears("CRISIS")


async def test_the_language_is_kept_over_a_short_answer_and_follows_a_change(world: World) -> None:
    await world.client.says("quiero hablar con alguien")
    await world.client.hears("answer to")
    await world.client.says("ok")
    await world.client.hears("answer to: ok")
    assert world.dialogue.asked[-1]["metadata"]["writes"] == "es"
    await world.client.says("i would rather write in english now")
    await world.client.hears("answer to: i would")
    assert "writes" not in world.dialogue.asked[-1]["metadata"]


async def test_an_unclear_sign_is_asked_about_in_spanish_and_a_number_answers(world: World) -> None:
    await world.client.says("pienso mucho en la muerte")
    asked = await world.client.hears("quitarse la vida")
    assert "Responda: 1 = lo estoy pensando" in asked
    await world.client.says("2")
    await world.client.hears("Gracias por")


async def test_rasa_down_is_said_in_spanish_and_a_counselor_is_asked_for(world: World) -> None:
    world.dialogue.down = True
    await world.client.says("quiero una cita con el terapeuta")
    await world.client.hears("Ahora no puedo responder")
    await world.client.says("1")
    await world.client.hears("nuestros consejeros")
    tag = (await world.maria.hears("Case ")).split("Case ")[1].split(".")[0]
    await world.maria.says(f"TAKE {tag}")
    assert "Spanish" in await world.maria.hears("asked for")
