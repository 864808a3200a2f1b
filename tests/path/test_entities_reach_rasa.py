"""What the reader finds in a typed text goes to Rasa with it; an option carries nothing."""

from typing import Any

from bot.services.context import BotReply
from tests.conftest import World


def _with_option(asked: dict[str, Any]) -> list[BotReply]:
    return [BotReply("Shall I ask one?", (("tomorrow at 5", "/ask_for_human"),))]


async def test_a_wished_time_and_a_relation_reach_rasa(world: World) -> None:
    await world.client.says("my son needs help, can someone call me tomorrow at 5pm?")
    await world.client.hears("answer to:")
    assert world.dialogue.asked[-1]["metadata"] == {"when": "tomorrow at 5pm", "relation": "son"}


async def test_a_text_that_names_nothing_carries_nothing(world: World) -> None:
    await world.client.says("how does therapy work?")
    await world.client.hears("answer to:")
    assert world.dialogue.asked[-1]["metadata"] == {}


async def test_a_long_text_is_read_too(world: World) -> None:
    await world.client.says("it has been a long week. " * 20 + "Please call me tonight")
    await world.client.hears("answer to:")
    assert world.dialogue.asked[-1]["metadata"] == {"when": "tonight"}


async def test_an_option_carries_nothing(world: World) -> None:
    world.dialogue.answer = _with_option
    await world.client.says("hello")
    await world.client.hears("Shall I")
    await world.client.says("1")
    await world.client.hears("Shall I")
    asked = world.dialogue.asked[-1]
    assert (asked["text"], asked["trusted"], asked["metadata"]) == ("/ask_for_human", True, {})
