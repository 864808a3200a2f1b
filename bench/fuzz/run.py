"""Sends requests to a place, many at once, and counts what came back."""

import asyncio
import gc
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import text as sql

from bench.fuzz.asking import Asked, ask
from bench.fuzz.doors import request
from bench.fuzz.judge import faults
from bench.fuzz.place import Place
from bench.fuzz.wire import rubbish
from bot.serving import served

AT_ONCE = 8
RENEW_EVERY = 40  # requests: some of them sign people out


@dataclass
class Outcome:
    """`doors`: requests by door and status. `wrong`: each kind of fault, with one request that caused it."""

    doors: Counter[tuple[str, int]] = field(default_factory=Counter)
    inside: int = 0  # requests that were answered to somebody signed in
    faults: Counter[str] = field(default_factory=Counter)
    wrong: dict[str, Asked] = field(default_factory=dict)
    wire: Counter[str] = field(default_factory=Counter)

    def keep(self, asked: Asked, status: int, found: list[str]) -> None:
        self.doors[asked.what, status] += 1
        self.inside += bool(asked.who) and status not in (401, 421) and status < 500
        for fault in found:
            name = f"{asked.what}: {fault}"
            self.faults[name] += 1
            self.wrong.setdefault(name, asked)


async def fuzz(
    place: Place, count: int, seed: int, *, every: int = 0, note: Callable[[int], None] = lambda _: None
) -> Outcome:
    """Send so many requests; `note` is called after each `every` of them, with nothing under way."""
    rng, outcome, done = random.Random(seed), Outcome(), 0  # noqa: S311 -- a run can be repeated
    while done < count:
        part = min(RENEW_EVERY, count - done)
        await place.renew()
        turns = iter([request(rng, place.known) for _ in range(part)])

        async def take_turns(turns: object = turns) -> None:
            for asked in turns:  # type: ignore[attr-defined]
                answered = await ask(place.apps[asked.app], asked)
                outcome.keep(asked, answered.status, faults(asked, answered, place.planted))

        await asyncio.gather(*(take_turns() for _ in range(AT_ONCE)))
        done += part
        if every and done // every > (done - part) // every:
            note(done)
    return outcome


async def fuzz_the_wire(place: Place, count: int, seed: int) -> Counter[str]:
    """Rubbish over real sockets, to the pages and to the webhooks in turn."""
    rng, found = random.Random(seed), Counter[str]()  # noqa: S311 -- as above
    async with (
        served(place.apps["pages"], "127.0.0.1", 0) as pages,  # type: ignore[arg-type]
        served(place.apps["webhooks"], "127.0.0.1", 0) as webhooks,  # type: ignore[arg-type]
    ):
        for done in range(0, count, AT_ONCE):
            ports = [(pages, webhooks)[n % 2] for n in range(min(AT_ONCE, count - done))]
            found.update(await asyncio.gather(*(rubbish(rng, port) for port in ports)))
    return found


async def settled(place: Place, patience: float) -> bool:
    """Whether everything that came in was dealt with in time."""
    waiting = sql("SELECT count(*) FROM message WHERE direction = 'incoming' AND handled_at IS NULL")
    deadline = asyncio.get_running_loop().time() + patience
    while asyncio.get_running_loop().time() < deadline:
        async with place.service.context.database.single() as tx:
            if (await tx.run(waiting)).scalar_one() == 0:
                return True
        await asyncio.sleep(0.1)
    return False


def resident() -> float:
    """Megabytes of this process's own memory in use now."""
    gc.collect()
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024 / 1e6
    return 0.0
