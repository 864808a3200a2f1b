"""What is measured and how: times of many turns, turns a second, memory of a tree of processes."""

import asyncio
import os
import statistics
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Times:
    """Median and 95th percentile in milliseconds, of `count` measurements."""

    median: float | None
    p95: float | None
    count: int

    @classmethod
    def of(cls, seconds: list[float]) -> "Times":
        ordered = sorted(seconds)
        p95 = ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
        return cls(1000 * statistics.median(ordered), 1000 * p95, len(ordered))


@dataclass(frozen=True)
class Memory:
    """Megabytes (10^6 bytes). PSS counts a page that several processes share once; RSS counts it in each."""

    pss: float | None
    rss: float | None


NO_TIMES = Times(None, None, 0)
NO_MEMORY = Memory(None, None)


@dataclass(frozen=True)
class Rate:
    """Turns a second, and the processor's milliseconds that one of them cost, by program."""

    per_second: float | None
    cpu: dict[str, float]

    @property
    def cpu_total(self) -> float | None:
        return sum(self.cpu.values()) if self.cpu else None


NO_RATE = Rate(None, {})


async def sustained(turn: Callable[[int], Awaitable[None]], talkers: int, seconds: float, pid: int) -> Rate:
    """The rate while `talkers` people each take the next turn as soon as the last one was answered.

    `pid` is the process, with all below it, whose processor time counts: it says more than the rate does
    when the machine has other work.
    """
    done = 0
    before, begun = cpu_of(pid), time.monotonic()

    async def talk(number: int) -> None:
        nonlocal done
        while time.monotonic() - begun < seconds:
            await turn(number)
            done += 1

    await asyncio.gather(*(talk(number) for number in range(talkers)))
    spent, after = time.monotonic() - begun, cpu_of(pid)
    cpu = {name: 1000 * (after[name] - before.get(name, 0)) / done for name in after}
    return Rate(done / spent, {name: value for name, value in cpu.items() if value >= 0.05})


def cpu_of(pid: int) -> dict[str, float]:
    """Processor seconds used so far by a process and all below it, added up by the name of the program."""
    tick, used = os.sysconf("SC_CLK_TCK"), dict[str, float]()
    for member in [pid, *_below(pid)]:
        with suppress(OSError):
            fields = Path(f"/proc/{member}/stat").read_text().rpartition(")")[2].split()
            name = Path(f"/proc/{member}/exe").resolve().name
            if member == pid:
                name = "main"
            used[name] = used.get(name, 0) + sum(int(field) for field in fields[11:15]) / tick
    return used


def memory_of(pid: int) -> Memory:
    """The memory of a process and all below it."""
    pss = rss = 0.0
    for member in [pid, *_below(pid)]:
        with suppress(OSError):  # ended meanwhile
            for line in Path(f"/proc/{member}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    pss += int(line.split()[1])
                elif line.startswith("Rss:"):
                    rss += int(line.split()[1])
    return Memory(pss * 1024 / 1e6, rss * 1024 / 1e6)


def _below(pid: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            with suppress(OSError):
                parent = int(Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(name))
    found, todo = [], [pid]
    while todo:
        new = children.get(todo.pop(), [])
        found += new
        todo += new
    return found
