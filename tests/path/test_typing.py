"""While Rasa thinks for longer than a moment a client on Telegram sees that an answer is coming; nothing waits for that."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from bot.channels.base import SendError, Sent, Traits
from bot.domain.options import Option
from bot.services.typing_sign import while_thinking
from bot.store import conversations
from tests.conftest import World

CHAT = "5550142"


@dataclass
class Shows:
    """A channel that can show it, and keeps to whom it did."""

    name: str = "telegram"
    traits: Traits = field(default_factory=lambda: Traits(buttons=True, repeatable=False, max_chars=4096))
    shown: list[str] = field(default_factory=list)
    fails: bool = False
    seen: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(
        self, address: str, text: str, options: Sequence[Option], message_id: int, *, urgent: bool = False
    ) -> Sent:
        return Sent("x")

    async def show_typing(self, address: str) -> None:
        self.shown.append(address)
        self.seen.set()
        if self.fails:
            raise SendError("refused", retryable=False)


@pytest.fixture
async def thinking(world: World) -> tuple[World, Shows, str]:
    shows, context = Shows(), world.service.context
    context.channels = {**context.channels, "telegram": shows}
    async with context.database.transaction() as tx:
        return world, shows, await conversations.find_or_create(tx, "telegram", CHAT)


@pytest.mark.parametrize("fails", [False, True])
async def test_a_long_thought_is_shown_and_a_failure_of_that_changes_nothing(
    thinking: tuple[World, Shows, str], fails: bool
) -> None:
    world, shows, who = thinking
    shows.fails = fails
    async with while_thinking(world.service.context, who, "telegram", moment=0.0):
        await asyncio.wait_for(shows.seen.wait(), 20)
        answer = "thought of"
    assert (answer, shows.shown) == ("thought of", [CHAT])


async def test_a_quick_answer_shows_nothing_and_an_error_of_the_answer_is_told_on(
    thinking: tuple[World, Shows, str],
) -> None:
    world, shows, who = thinking
    async with while_thinking(world.service.context, who, "telegram", moment=60.0):
        await asyncio.sleep(0)
    with pytest.raises(RuntimeError, match="the answer failed"):
        async with while_thinking(world.service.context, who, "telegram", moment=60.0):
            raise RuntimeError("the answer failed")
    async with while_thinking(world.service.context, who, "phone-sms"):  # a channel that cannot
        pass
    assert shows.shown == []
