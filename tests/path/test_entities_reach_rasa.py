"""What the reader finds in a typed text goes to Rasa with it; an option carries nothing."""

from datetime import timedelta
from typing import Any

from bot.services.context import BotReply
from tests.conftest import World


def _with_option(asked: dict[str, Any]) -> list[BotReply]:
    return [BotReply("Shall I ask one?", (("tomorrow at 5", "/ask_for_human"),))]


async def test_a_wished_time_and_a_relation_reach_rasa(world: World) -> None:
    await world.client.says("my son needs help, can someone call me tomorrow at 5pm?")
    await world.client.hears("answer to:")
    found = world.dialogue.asked[-1]["metadata"]
    zone = world.service.context.clinic.zone
    tomorrow = (world.clock.now().astimezone(zone) + timedelta(days=1)).date()
    assert (found["when"], found["relation"]) == ("tomorrow at 5pm", "son")
    assert found["when_at"].startswith(f"{tomorrow}T17:00")
    assert found["when_dated"] == f"tomorrow at 5pm ({tomorrow:%a %b} {tomorrow.day}, 5 PM)"


async def test_a_time_without_an_hour_carries_only_its_words(world: World) -> None:
    await world.client.says("call me next week please")
    await world.client.hears("answer to:")
    assert world.dialogue.asked[-1]["metadata"] == {"when": "next week"}


async def test_half_a_question_carries_its_substance_and_a_story_none(world: World) -> None:
    await world.client.says("and pills?")
    await world.client.hears("answer to:")
    assert world.dialogue.asked[-1]["metadata"] == {"substance": "pills"}
    await world.client.says("i have been taking pills since my surgery in the spring")
    await world.client.hears("answer to: i have been")
    assert world.dialogue.asked[-1]["metadata"] == {}


async def test_a_text_that_names_nothing_carries_nothing(world: World) -> None:
    await world.client.says("how does therapy work?")
    await world.client.hears("answer to:")
    assert world.dialogue.asked[-1]["metadata"] == {}


async def test_a_long_text_is_read_too(world: World) -> None:
    await world.client.says("it has been a long week. " * 20 + "Please call me tonight")
    await world.client.hears("answer to:")
    assert world.dialogue.asked[-1]["metadata"]["when"] == "tonight"


async def test_an_option_carries_nothing(world: World) -> None:
    world.dialogue.answer = _with_option
    await world.client.says("hello")
    await world.client.hears("Shall I")
    await world.client.says("1")
    await world.client.hears("Shall I")
    asked = world.dialogue.asked[-1]
    assert (asked["text"], asked["trusted"], asked["metadata"]) == ("/ask_for_human", True, {})


async def test_an_hour_is_meant_on_the_clock_that_the_client_names(world: World) -> None:
    await world.client.says("please call me tomorrow at 5pm hawaii time")
    await world.client.hears("answer to:")
    found = world.dialogue.asked[-1]["metadata"]
    assert "T17:00-10:00" in found["when_at"]
    assert ", 5 PM HST, " in found["when_dated"]
