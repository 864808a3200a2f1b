"""Whatever counselors do in whatever order: words reach a client only from who holds the case, and only when clear."""

import random
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select

from bot.domain.commands import read_command
from bot.domain.needs import Needs
from bot.services.enrolment import revoke
from bot.services.handoff import open_handoff
from bot.services.staff import carry_out
from bot.store import conversations, counselors, handoffs
from bot.store.tables import message
from tests.conftest import World
from tests.path.test_handoffs import JAMES, MARIA, ROBIN, _id

STAFF = (MARIA, JAMES, ROBIN)
CLIENTS = ("client-1", "client-2", "client-3")


@dataclass
class Walk:
    """Counselors who type anything at all, and a check after every word."""

    world: World
    rng: random.Random
    said: int = 0
    reached: int = 0
    gone: set[str] = field(default_factory=set)

    async def open_all(self) -> None:
        for client in CLIENTS:
            async with self.world.service.context.database.transaction() as tx:
                channel = "phone-telegram" if client == "client-3" else "phone-sms"
                conversation_id = await conversations.find_or_create(tx, channel, client)
            await open_handoff(self.world.service.context, conversation_id, None, Needs())

    async def step(self) -> None:
        context, who = self.world.service.context, _id(self.rng.choice(STAFF))
        async with context.database.transaction() as tx:
            held = await handoffs.held_by(tx, who)
            every = await handoffs.all_open(tx)
            on_staff = (await counselors.read(tx, who)).on_staff
        tags = [handoff.tag for handoff in every] or ["K7"]
        tag = self.rng.choice([*tags, "Z9"])
        self.said += 1
        mark = f"mark{self.said}"
        words = self.rng.choice(
            [
                f"TAKE {tag}",
                f"TAKE {tag}",
                f"{tag} {mark}",
                mark,
                f"NOTE {tag} {mark}",
                f"PASS {tag}",
                f"DONE {tag}",
            ]
        )
        await carry_out(context, who, read_command(words))
        clear = (
            [h for h in held if h.tag == tag] if words.startswith(tag) else (held if len(held) == 1 else [])
        )
        allowed = (
            {h.conversation_id for h in clear}
            if mark in words and "NOTE" not in words and on_staff
            else set()
        )
        assert await self._reached_by(mark) == allowed, (words, len(held), on_staff)
        self.reached += len(allowed)

    async def _reached_by(self, mark: str) -> set[str]:
        async with self.world.service.context.database.transaction() as tx:
            to_clients = select(message).where(
                message.c.direction == "outgoing", message.c.counselor_id.is_(None)
            )
            rows = await tx.rows(to_clients.order_by(message.c.id.desc()).limit(6))
            return {
                row.conversation_id
                for row in rows
                if tx.vault.open(row.text, "message.text").endswith(f" {mark}")
            }

    async def lose(self, name: str, how: str) -> None:
        """Somebody is revoked, or their phone says STOP; the job that passes on has not run yet."""
        context = self.world.service.context
        if how == "revoked":
            await revoke(context, _id(name))
        else:
            async with context.database.transaction() as tx:
                await counselors.set_opted_out(tx, _id(name), context.clock.now())
        self.gone.add(_id(name))

    async def check_offers(self, before: int) -> None:
        """Nobody who is gone was asked about anything that was opened afterwards."""
        async with self.world.service.context.database.transaction() as tx:
            for handoff in await handoffs.all_open(tx):
                if handoff.id > before:
                    assert not self.gone & set(await handoffs.offers_of(tx, handoff.id))


@pytest.mark.parametrize("seed", range(4))
async def test_a_reply_that_is_not_clear_reaches_nobody_and_who_is_gone_reaches_nobody(
    world: World, seed: int
) -> None:
    walk = Walk(world, random.Random(seed))
    await walk.open_all()
    for _ in range(60):
        await walk.step()
    await walk.lose(JAMES, "revoked" if seed % 2 else "stopped")
    async with world.service.context.database.transaction() as tx:
        before = max((h.id for h in await handoffs.all_open(tx)), default=0)
    for _ in range(3):
        await walk.open_all()
        for _ in range(12):
            await walk.step()
    await walk.check_offers(before)
    assert walk.reached > 0, "a walk on which nothing is ever allowed proves nothing"
