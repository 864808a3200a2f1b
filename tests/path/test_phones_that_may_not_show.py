"""Without a decision, counselors' real phones get alerts alone; nothing of a client's stands there (rules 6.4)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest

from bot.channels.base import Channel, Sent, Traits
from bot.domain.options import Option
from bot.services.taking import take_handoff
from tests.conftest import World
from tests.path.test_handoffs import JAMES, _ask_for_person, _id


@dataclass
class AlertsOnly:
    """A channel as it is, but one that may not show clients' words."""

    inner: Channel
    name: str

    @property
    def traits(self) -> Traits:
        return replace(self.inner.traits, relay=False)

    async def send(
        self, address: str, text: str, options: Sequence[Option], message_id: int, *, urgent: bool = False
    ) -> Sent:
        return await self.inner.send(address, text, options, message_id)


@pytest.fixture
def alerts_only(world: World) -> World:
    channels = world.service.context.channels
    closed = {n: AlertsOnly(c, n) for n, c in channels.items() if n.startswith("staff-")}
    world.service.context.channels = {**channels, **closed}
    return world


async def test_an_alert_says_open_the_desk_and_taking_or_writing_by_phone_is_refused(
    alerts_only: World,
) -> None:
    world = alerts_only
    await _ask_for_person(world, world.client)
    alert = await world.james.hears("Open the desk")
    tag = alert.split("Case ")[1].split(".")[0]
    for words in (f"TAKE {tag}", f"{tag} hello", "hello", f"NOTE {tag} words"):
        await world.james.says(words)
        await world.james.hears("not switched on here")
    await world.james.says("help")
    await world.james.hears("Take and answer at the desk")
    assert not any("James" in text or "hello" in text for text in await world.client.unheard())
    assert (await world.james.texts())[0].options == []


async def test_what_a_client_writes_stays_off_the_phone_of_who_took_it_at_the_desk(
    alerts_only: World,
) -> None:
    world = alerts_only
    await world.client.says("my secret is Zelda")
    await _ask_for_person(world, world.client)
    tag = (await world.james.hears("Open the desk")).split("Case ")[1].split(".")[0]
    assert (await take_handoff(world.service.context, _id(JAMES), tag)).ok
    await world.client.hears("has joined")
    await world.client.says("and more of Zelda")
    await world.james.hears("something new")
    await world.client.says("i am going to kill myself, says Zelda")
    await world.james.hears("urgent")
    for phone in (world.james, world.maria, world.robin):
        assert not any("Zelda" in text.text for text in await phone.texts())
