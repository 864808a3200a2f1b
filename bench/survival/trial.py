"""One run: people come in waves, time is moved, processes are killed, until every handoff has ended; then the checks."""

import asyncio
import time
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, or_, select

from bench.survival.checks import Findings, check
from bench.survival.people import Client, Counselor, Person, client, hire
from bench.survival.town import Town, town
from bot.ending import ended
from bot.store import handoffs
from bot.store.tables import handoff, message

WAVE = 20  # clients at a time
SLOWEST = 900.0  # seconds of one wave until what is open counts as lost
STUCK = 40.0  # seconds after which time goes on although something is unfinished
DRAIN = (
    60.0  # seconds in which everything that is left must be handled and sent, once nobody is killed any more
)


@dataclass
class Outcome:
    """What one run came to."""

    handoffs: int
    ended: Counter[str]
    kills: Counter[str]
    texts: int
    seconds: float
    moved_hours: float
    findings: Findings


@dataclass
class Trial:
    """The people of a town, and what they hear."""

    town: Town
    staff: list[Counselor] = field(default_factory=list)
    clients: list[Client] = field(default_factory=list)
    people: dict[str, Person] = field(default_factory=dict)
    errors: list[BaseException] = field(default_factory=list)
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self.errors.append(error)

    async def hire(self, many: int) -> None:
        tags: list[str] = []
        unwanted: set[str] = set()
        for place in range(many):
            self.staff.append(one := await hire(self.town, place, tags, unwanted))
            self.people[one.number] = one

    async def listen(self) -> None:
        """Bring every text that the provider accepted to whom it is for, in the order in which it came."""
        done, accepted = 0, self.town.provider.accepted
        while True:
            while done < len(accepted):
                sent = accepted[done]
                done += 1
                self.begin(self.people[sent["To"]].hears(sent["Body"]))
                if self.town.rng.random() < 0.9:
                    self.begin(self.town.receipt(sent, f"SM{done:032x}"))
            await asyncio.sleep(0.02)

    async def wave(self, many: int) -> None:
        """So many clients come; it ends when none of their handoffs is open."""
        for _ in range(many):
            one = client(self.town, len(self.clients), self.staff)
            self.clients.append(one)
            self.people[one.number] = one
            self.begin(one.arrives())
        begun, moved, moves = time.monotonic(), time.monotonic(), 0
        while time.monotonic() - begun < SLOWEST:
            await self._quiet()
            unfinished = self.town.busy or await self._unfinished()
            if not unfinished and not await self._open():
                return
            if unfinished and time.monotonic() - moved < STUCK:
                continue  # time goes on when there is nothing else to do, as it does for people
            moved, moves = time.monotonic(), moves + 1
            self.town.clock.move(self.town.rng.choice((20, 50, 95, 130) if moves < 8 else (95, 300, 605)))
            for one in self.staff:
                self.begin(one.ticks())
        self.errors.append(TimeoutError(f"a wave took longer than {SLOWEST:.0f} s"))

    async def _quiet(self) -> None:
        """Until nothing came for half a second, or three seconds have passed."""
        deadline, last, since = time.monotonic() + 3, -1, time.monotonic()
        while time.monotonic() < deadline and time.monotonic() - since < 0.5:
            await asyncio.sleep(0.05)
            if (now := len(self.town.provider.accepted)) != last:
                last, since = now, time.monotonic()

    async def _open(self) -> bool:
        try:
            async with self.town.database.transaction() as tx:
                return bool(await handoffs.all_open(tx))
        except Exception:  # the database is being started again
            await asyncio.sleep(0.2)
            return True

    async def drain(self) -> None:
        """Nobody is killed any more: what is left is handled, sent and moved on."""
        deadline = time.monotonic() + DRAIN
        while time.monotonic() < deadline:
            await self._quiet()
            if self.town.busy == 0 and not await self._unfinished() and not await self._open():
                return
            self.town.clock.move(35)
            for one in self.staff:
                self.begin(one.ticks())

    async def _unfinished(self) -> int:
        incoming = (message.c.direction == "incoming") & message.c.handled_at.is_(None)
        outgoing = (message.c.direction == "outgoing") & message.c.status.in_(("queued", "sending"))
        try:
            async with self.town.database.transaction() as tx:
                row = await tx.one(select(func.count().label("n")).where(or_(incoming, outgoing)))
                return int(row.n) if row else 0
        except Exception:  # the database is being started again
            return 1

    async def close(self) -> None:
        await ended(*self._tasks)


async def survive(
    folder: Path,
    *,
    wanted: int,
    seed: int,
    every: float,
    counselors: int = 9,
    postgres_every: int = 25,
    wave: int = WAVE,
    minutes: float = 60,
    say: Any = print,
) -> Outcome:
    """Run until so many handoffs have been opened and have ended. `every`: seconds between kills, on average."""
    begun = time.monotonic()
    async with town(folder, seed) as place:
        trial = Trial(place)
        say("  the town is built")
        await trial.hire(counselors)
        keeping = [
            asyncio.create_task(place.keep_running()),
            asyncio.create_task(trial.listen()),
        ]
        killing = asyncio.create_task(place.keep_killing(every, postgres_every))
        try:
            while (opened := await _opened(place)) < wanted and time.monotonic() - begun < 60 * minutes:
                await trial.wave(min(wave, wanted - opened))
                say(
                    f"  {await _opened(place)} handoffs, {sum(place.kills.values())} kills,"
                    f" {time.monotonic() - begun:.0f} s, clock moved {place.clock.moved}"
                )
            await ended(killing)
            await trial.drain()
        finally:
            await ended(*keeping, killing)
            await trial.close()
        findings = await check(place, trial.staff, trial.clients)
        findings.add("trial", [repr(error) for error in trial.errors])
        return Outcome(
            handoffs=await _opened(place),
            ended=await _ended(place),
            kills=place.kills,
            texts=len(place.provider.accepted),
            seconds=time.monotonic() - begun,
            moved_hours=place.clock.moved.total_seconds() / 3600,
            findings=findings,
        )


async def _opened(place: Town) -> int:
    for _ in range(100):
        try:
            async with place.database.transaction() as tx:
                row = await tx.one(select(func.count().label("n")).select_from(handoff))
                return int(row.n) if row else 0
        except Exception:  # the database is being started again
            await asyncio.sleep(0.1)
    raise RuntimeError("the database does not answer")


async def _ended(place: Town) -> Counter[str]:
    async with place.database.transaction() as tx:
        rows = await tx.rows(select(handoff.c.close_reason, func.count().label("n")).group_by("close_reason"))
    return Counter({str(row.close_reason): row.n for row in rows})
