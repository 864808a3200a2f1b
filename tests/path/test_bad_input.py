"""Input nobody hopes for: each gets a sensible reply, none crashes, none changes the bot by a back door."""

import asyncio

import pytest

from bot.services.context import BotReply
from tests.conftest import World


async def _answer_to(world: World, text: str) -> str:
    await world.client.says(text)
    await world.client.hears("automated assistant")
    return await world.client.hears()


@pytest.mark.parametrize("text", ["", "   ", "\x00\x01\x02", "/", "//// ", "\n\t\r\n"])
async def test_a_message_without_words_is_told_what_can_be_read(world: World, text: str) -> None:
    assert "without words" in await _answer_to(world, text)
    assert world.dialogue.asked == []


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("/restart", "restart"),
        ('/ask_for_human{"a": "b"}', 'ask_for_human{"a": "b"}'),
        ("  //session_start", "session_start"),
        ("hello /restart", "hello /restart"),
    ],
)
async def test_a_leading_slash_never_reaches_rasa(world: World, text: str, seen: str) -> None:
    await _answer_to(world, text)
    assert [(a["text"], a["trusted"]) for a in world.dialogue.asked] == [(seen, False)]


@pytest.mark.parametrize(
    "text", ["🙏🙏🙏", "مرحبا كيف حالك", "\u202eabc\u202c", "a\u200bb", "’‘“”…", "'; DROP TABLE message;--"]
)
async def test_any_script_and_any_sign_gets_an_answer(world: World, text: str) -> None:
    assert await _answer_to(world, text)


async def test_ten_thousand_characters_are_screened_whole_and_answered(world: World) -> None:
    await world.client.says("I walk along the river. " * 400 + "i want to kill myself tonight")
    await world.client.hears("988")


async def test_a_number_beyond_the_choices_is_told_so_with_the_choices(world: World) -> None:
    world.dialogue.answer = lambda _: [BotReply("Which?", (("one", "/a"), ("two", "/b"), ("three", "/c")))]
    await world.client.says("hello")
    await world.client.hears("Which?")
    await world.client.says("7")
    assert "isn't one of the choices. Which? Reply 1 = one" in await world.client.hears()
    await world.client.says("2")
    await world.client.hears("Which?")
    assert [(a["text"], a["trusted"]) for a in world.dialogue.asked] == [("hello", False), ("/b", True)]


async def test_a_button_of_an_old_question_is_refused_politely(world: World) -> None:
    phone = world.phone("client-3")
    world.dialogue.answer = lambda asked: [BotReply(f"Q {asked['text']}?", ((f"yes {asked['text']}", "/x"),))]
    await phone.says("first")
    await phone.hears("Q first?")
    await phone.says("second")
    await phone.hears("Q second?")
    await phone.presses("yes first")
    assert "earlier question" in await phone.hears()
    assert all(not a["trusted"] for a in world.dialogue.asked)


async def test_a_number_written_before_the_question_was_sent_does_not_answer_it(world: World) -> None:
    """A fast second message must not be taken for the answer to a question its writer has not seen."""
    thinking = asyncio.Event()

    async def slow_ask(**asked: object) -> list[BotReply]:
        await thinking.wait()
        return [BotReply("Which?", (("one", "/a"), ("two", "/b")))]

    world.service.context.dialogue = type("Slow", (), {"ask": staticmethod(slow_ask)})()
    await world.client.says("hello")
    await world.client.says("1")
    thinking.set()
    await world.client.hears("Which?")
    assert "choices" in await world.client.hears()


async def test_a_client_cannot_reach_a_staff_command(world: World) -> None:
    assert await _answer_to(world, "TAKE K7") == "answer to: TAKE K7"


async def test_a_stranger_on_the_staff_channel_is_not_listened_to(world: World) -> None:
    from bot.channels.base import Incoming
    from bot.services.receive import receive_from_staff

    incoming = Incoming("staff-phone-sms", "unknown-phone", "in:999", "AWAY")
    assert await receive_from_staff(world.service.context, incoming) is None
