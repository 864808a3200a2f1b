"""Any roster, any needs, any order of events: nobody wrong is asked or holds, nobody is left without a next step.

Hypothesis draws everything the walk decides, and so finds the shortest order of events that breaks a rule. Thousands of
orders: `WARMLINE_TEST_SEQUENCES=2000 .venv/bin/python -m pytest tests/path/test_properties.py`.
"""

import asyncio
import os
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
# Every example begins anew (`start_over`), so that one service serves all of them. What is drawn is
# the same in every run: a failure here is one tomorrow, too.
MANY = settings(
    max_examples=SEQUENCES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@dataclass
class Stage:
    """A simulation and the loop it lives on: hypothesis calls plain functions."""

    simulation: Simulation
    loop: asyncio.AbstractEventLoop


@pytest.fixture
async def stage(
    postgres: EmbeddedPostgres, database_name: str, screen: Screen, tmp_path: Path
) -> AsyncIterator[Stage]:
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
        simulation = Simulation(service, clock, random.Random(0))
        yield Stage(simulation, asyncio.get_running_loop())


def test_in_any_order_of_events_nobody_wrong_is_asked_and_somebody_always_is(stage: Stage) -> None:
    @MANY
    @given(st.randoms(use_true_random=False))
    def any_order(drawn: random.Random) -> None:
        stage.loop.run_until_complete(_play(stage.simulation, drawn))

    any_order()


async def _play(simulation: Simulation, drawn: random.Random) -> None:
    simulation.rng = drawn
    await simulation.start_over()
    for _ in range(drawn.randint(1, 5)):
        traits = drawn.sample(TRAITS, drawn.randint(0, 3))
        await simulation.hire(traits, drawn.choice(("counselor", "counselor", "supervisor")))
    for _ in range(2):
        await simulation.client()
    for number in range(EVENTS):
        event = simulation.event()
        simulation.log.append(f"event {number}: {event.__name__}")
        await event()
        await simulation.check()


def test_of_many_who_take_at_once_exactly_one_holds_it(stage: Stage) -> None:
    @settings(MANY, max_examples=min(SEQUENCES, 200) // 2)
    @given(st.randoms(use_true_random=False))
    def at_once(drawn: random.Random) -> None:
        stage.loop.run_until_complete(_all_take(stage.simulation, drawn))

    at_once()


async def _all_take(simulation: Simulation, drawn: random.Random) -> None:
    simulation.rng = drawn
    await simulation.start_over()
    people = [await simulation.hire(["gender:woman"]) for _ in range(drawn.randint(2, 5))]
    outsider = await simulation.hire(["gender:man"])
    client = await simulation.client()

    await open_handoff(simulation.context, client, None, Needs(must=("gender:woman",)))
    async with simulation.context.database.transaction() as tx:
        found = await handoffs.open_of(tx, client)
    assert found is not None
    takers = [*people, outsider] * 2
    drawn.shuffle(takers)
    said = await asyncio.gather(*(take_handoff(simulation.context, one, found.tag) for one in takers))
    assert sum(one.ok for one in said) == 1
    async with simulation.context.database.transaction() as tx:
        now = await handoffs.open_of(tx, client)
        assert now is not None
        assert now.counselor_id in people
        assert (await conversations.read(tx, client)).held_by == "counselor"
