"""A service without workers, driven step by step by a seeded random: any order of events, and kills in between.

After every event the whole store is checked: who was asked, who holds what, what reached whom, what happens next.
"""

import asyncio
import itertools
import random
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from bot.app import Service
from bot.domain.commands import read_command
from bot.domain.matching import Counselor, is_eligible
from bot.domain.needs import Needs
from bot.services import upkeep
from bot.services.changing import apply_needs
from bot.services.closing import withdraw
from bot.services.crisis import raise_alarm
from bot.services.deliver import deliver
from bot.services.handoff import open_handoff
from bot.services.ladder import offer_again
from bot.services.outbox import unit
from bot.services.staff import carry_out
from bot.store import conversations, counselors, handoffs, messages, phones, timers
from bot.store.tables import counselor, handoff, message, offer, timer
from tests.fakes import MovableClock

TRAITS = ("gender:woman", "gender:man", "language:es", "trained:trauma", "peer")
SAYS_NOTHING = (
    "withdrawn",
    "no longer",
    "taken by a colleague",
    "A supervisor is needed",
    "marked the newest",
)


@dataclass
class Simulation:
    """One roster and its clients on a service of its own."""

    service: Service
    clock: MovableClock
    rng: random.Random
    staff: list[str] = field(default_factory=list)
    clients: list[str] = field(default_factory=list)
    seen_offer: int = 0
    seen_message: int = 0
    log: list[str] = field(default_factory=list)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    @property
    def context(self) -> Any:
        return self.service.context

    async def hire(self, traits: list[str], role: str = "counselor") -> str:
        place = next(
            self._numbers
        )  # in order: of two who rank the same, the same one comes first in every replay
        number, address = str(UUID(int=place)), f"staff-{place}"
        async with self.context.database.transaction() as tx:
            await phones.add_handset(tx, id=address, kind="sms", side="staff", name=address)
            await counselors.enrol(
                tx,
                counselor_id=number,
                channel="staff-phone-sms",
                address=address,
                name=f"N{len(self.staff)}",
                traits=traits,
                about="",
                role=role,
            )
        self.staff.append(number)
        return number

    async def client(self) -> str:
        address = f"client-{next(self._numbers)}"
        async with self.context.database.transaction() as tx:
            await phones.add_handset(tx, id=address, kind="sms", side="client", name=address)
            found = await conversations.find_or_create(tx, "phone-sms", address)
            await conversations.change(tx, found, last_incoming_at=self.clock.now())
        self.clients.append(found)
        return found

    async def start_over(self) -> None:
        """Nobody works here, and nothing is open."""
        async with self.context.database.transaction() as tx:
            await tx.run(update(counselor).values(active=False))
            await tx.run(update(handoff).values(state="closed", close_reason="test"))
            await tx.run(update(timer).values(done_at=self.clock.now()))
        self.staff, self.clients, self.log = [], [], []

    def needs(self) -> Needs:
        some = [*TRAITS, *(f"counselor:{one}" for one in self.staff)]

        def few(most: int) -> tuple[str, ...]:
            return tuple(self.rng.sample(some, self.rng.randint(0, most)))

        return Needs(must=few(1), prefer=few(2), never=few(2))

    async def tags(self) -> list[str]:
        async with self.context.database.transaction() as tx:
            return [one.tag for one in await handoffs.all_open(tx)] or ["K7"]

    # --- events ----------------------------------------------------------------------------------------------

    async def asks(self) -> None:
        waits = self.rng.random() < 0.5
        await open_handoff(
            self.context, self.rng.choice(self.clients), None, self.needs(), wait_for_fit=waits
        )

    async def in_danger(self) -> None:
        async with unit(self.context, answering=True) as work:
            found = await conversations.lock(work.tx, self.rng.choice(self.clients))
            await raise_alarm(work, found)

    async def types(self) -> None:
        """Some counselor texts some command about some case, theirs or not."""
        tag = self.rng.choice(await self.tags())
        name = f"N{self.rng.randrange(len(self.staff))}"
        texts = (
            "TAKE {}",
            "TAKE {}",
            "PASS {}",
            "{} hello",
            "hello",
            "DONE {}",
            f"TRANSFER {{}} {name}",
            "TRANSFER {}",
        )
        words = self.rng.choice((*texts, "AWAY", "BACK", "NOTE {} words", "TAKE", "DONE", "TRANSFER"))
        await carry_out(self.context, self.rng.choice(self.staff), read_command(words.format(tag)))

    async def changes(self) -> None:
        async with unit(self.context, answering=True) as work:
            found = await conversations.lock(work.tx, self.rng.choice(self.clients))
            if current := await handoffs.open_of(work.tx, found.id):
                await apply_needs(work, found, current, self.needs(), reply_to=None)

    async def takes_back(self) -> None:
        async with unit(self.context, answering=True) as work:
            await withdraw(work, await conversations.lock(work.tx, self.rng.choice(self.clients)))

    async def time_goes_on(self) -> None:
        self.clock.move(seconds=self.rng.choice((5, 20, 50, 100, 250, 700)))
        await self.fire()

    async def fire(self) -> None:
        async with self.context.database.transaction() as tx:
            due = await timers.take_due(tx, self.context.clock.now())
        for one in due:
            await upkeep.fire_timer(self.context, one)

    async def comes_back(self) -> None:
        async with self.context.database.transaction() as tx:
            await counselors.set_away(tx, self.rng.choice(self.staff), False)
        await offer_again(self.context)

    async def sends(self) -> None:
        for one in self.staff:
            await deliver(self.context, counselor_id=one)

    def event(self) -> Callable[[], Awaitable[None]]:
        often = [self.types] * 8 + [self.time_goes_on] * 4 + [self.asks] * 3 + [self.sends] * 2
        return self.rng.choice([*often, self.changes, self.takes_back, self.in_danger, self.comes_back])

    # --- what must hold --------------------------------------------------------------------------------------

    async def check(self) -> None:
        async with self.context.database.transaction() as tx:
            people = {one: await counselors.read(tx, one) for one in self.staff}
            current = [one for one in await handoffs.all_open(tx) if one.conversation_id in self.clients]
            for one in current:
                needs = await conversations.read_needs(tx, one.conversation_id)
                await self._who_is_asked(tx, one, needs, people)
                await self._what_comes_next(tx, one)
            await self._what_reached_whom(tx, people)

    async def _who_is_asked(self, tx: Any, one: Any, needs: Needs, people: dict[str, Counselor]) -> None:
        for person, state in (await handoffs.offers_of(tx, one.id)).items():
            if state in ("sent", "taken"):
                assert is_eligible(people[person], needs), ("asked", self.log[-3:])
        if one.counselor_id is not None:
            assert one.state == "taken", self.log[-3:]
            assert is_eligible(people[one.counselor_id], needs), ("holds", self.log[-3:])
        else:
            assert one.state in ("open", "offered"), self.log[-3:]

    async def _what_comes_next(self, tx: Any, one: Any) -> None:
        kinds = [kind for kind, _ in await timers.pending(tx, str(one.id))]
        if one.waiting:
            assert sum(kind.startswith("ladder") for kind in kinds) == 1, (one, kinds, self.log[-3:])
        elif one.first_reply_at is None:
            assert {"first_reply", "nudged"} & set(kinds), (one, kinds, self.log[-3:])

    async def _what_reached_whom(self, tx: Any, people: dict[str, Counselor]) -> None:
        """Every new text: a counselor's words only to the client they hold, a client's matter only to who may know."""
        new = await tx.rows(
            select(message.c.id).where(message.c.id > self.seen_message).order_by(message.c.id)
        )
        for row in new:
            sent = await messages.read(tx, row.id)
            self.seen_message = sent.id
            about = await handoffs.read(tx, sent.handoff_id) if sent.handoff_id else None
            if about is None or about.conversation_id not in self.clients:
                continue
            if sent.author == "counselor":
                assert sent.conversation_id == about.conversation_id, self.log[-3:]
                assert about.counselor_id is not None, self.log[-3:]
            elif sent.counselor_id is not None and not any(words in sent.text for words in SAYS_NOTHING):
                needs = await conversations.read_needs(tx, about.conversation_id)
                if "nothing more" not in sent.text.lower():
                    assert is_eligible(people[sent.counselor_id], needs), (sent.text, self.log[-3:])


async def killed_somewhere(rng: random.Random, work: Coroutine[Any, Any, Any], most: int = 120) -> bool:
    """Run something and cut it off at a random await, as a process that dies there. True when it was cut off."""
    task = asyncio.ensure_future(work)
    for _ in range(rng.randint(0, most)):
        if task.done():
            break
        await asyncio.sleep(0)
    was_running = not task.done()
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        return True
    return was_running


async def offers_ever(tx: Any) -> list[Any]:
    return list(await tx.rows(select(offer)))
