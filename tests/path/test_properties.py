"""Any roster, any needs, any order of events: nobody wrong is asked or holds, nobody is left without a next step."""

import asyncio
import os
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import build
from bot.domain.needs import Needs
from bot.screen.screen import Screen
from bot.services.handoff import open_handoff
from bot.services.taking import take_handoff
from bot.settings import Settings
from bot.store import conversations, handoffs
from bot.store.embedded import EmbeddedPostgres
from bot.store.vault import vault_from
from tests.fakes import FakeDialogue, MovableClock
from tests.path.simulation import TRAITS, Simulation

SEQUENCES = int(os.environ.get("WARMLINE_TEST_SEQUENCES", "40"))
EVENTS = 25


@pytest.fixture
async def simulation(
    postgres: EmbeddedPostgres, database_name: str, screen: Screen, tmp_path: Path
) -> AsyncIterator[Simulation]:
    """The service without a worker: what happens, happens because a test does it."""
    clock = MovableClock()
    service = build(
        Settings(data_dir=tmp_path),
        url=postgres.url_for("postgresql+psycopg", database_name),
        dsn=postgres.dsn_for(database_name),
        vault=vault_from(b"a key for tests only, 32 bytes.."),
        dialogue=FakeDialogue(),
        actions_secret="a secret for tests",
        clock=clock,
        screen=screen,
    )
    async with service.opened():
        yield Simulation(service, clock, random.Random(0))


async def test_in_any_order_of_events_nobody_wrong_is_asked_and_somebody_always_is(
    simulation: Simulation,
) -> None:
    for seed in range(SEQUENCES):
        simulation.rng = random.Random(seed)
        await simulation.start_over()
        for _ in range(simulation.rng.randint(1, 5)):
            traits = simulation.rng.sample(TRAITS, simulation.rng.randint(0, 3))
            await simulation.hire(traits, simulation.rng.choice(("counselor", "counselor", "supervisor")))
        for _ in range(2):
            await simulation.client()
        for number in range(EVENTS):
            event = simulation.event()
            simulation.log.append(f"seed {seed}, event {number}: {event.__name__}")
            await event()
            await simulation.check()


async def test_of_many_who_take_at_once_exactly_one_holds_it(simulation: Simulation) -> None:
    for seed in range(20):
        simulation.rng = random.Random(seed)
        await simulation.start_over()
        people = [await simulation.hire(["gender:woman"]) for _ in range(5)]
        client = await simulation.client()

        await open_handoff(simulation.context, client, None, Needs(must=("gender:woman",)))
        async with simulation.context.database.transaction() as tx:
            found = await handoffs.open_of(tx, client)
        assert found is not None
        tries = [take_handoff(simulation.context, one, found.tag) for one in people * 2]
        assert sum(said.ok for said in await asyncio.gather(*tries)) == 1
        async with simulation.context.database.transaction() as tx:
            now = await handoffs.open_of(tx, client)
            assert now is not None
            assert now.counselor_id in people
            assert (await conversations.read(tx, client)).held_by == "counselor"
