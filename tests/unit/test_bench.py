"""The bench's arithmetic: percentiles, memory of a tree, and whether a budget was kept."""

import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from bench.figures import NO_RATE, Rate, Times, cpu_of, memory_of, sustained
from bench.report import Report


def test_times_are_milliseconds_with_median_and_95th_percentile() -> None:
    assert Times.of([n / 1000 for n in range(1, 101)]) == Times(50.5, 95.0, 100)
    assert Times.of([0.002]) == Times(2.0, 2.0, 1)


def test_the_memory_of_a_tree_holds_its_children() -> None:
    program = "x = bytearray(30_000_000); input()"
    alone = memory_of(os.getpid())
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE) as child:
        deadline = time.monotonic() + 10
        while (memory_of(child.pid).pss or 0) < 30:
            assert time.monotonic() < deadline
        assert alone.rss
        assert (memory_of(os.getpid()).rss or 0) > alone.rss + 25
        child.kill()


async def test_sustained_turns_count_all_who_talk() -> None:
    turns: list[int] = []

    async def turn(number: int) -> None:
        turns.append(number)
        await _next_round()

    rate = await sustained(turn, talkers=3, seconds=0.2, pid=os.getpid())
    assert set(turns) == {0, 1, 2}
    assert rate.per_second
    assert rate.per_second > 10


def test_processor_time_is_counted_by_program() -> None:
    before, deadline = cpu_of(os.getpid())["main"], time.monotonic() + 10
    while cpu_of(os.getpid())["main"] < before + 0.05:
        assert time.monotonic() < deadline
    assert Rate(10, {"main": 2.0, "postgres": 1.0}).cpu_total == 3
    assert NO_RATE.cpu_total is None


async def _next_round() -> None:
    await asyncio.sleep(0)


def test_a_budget_is_kept_missed_or_unknown(tmp_path: Path) -> None:
    report = Report()
    report.add("kept", "ms", 5, limit=5)
    report.add("missed", "ms", 5.1, limit=5)
    report.add("fast enough", "1/s", 90, 30, least=3)
    report.add("too slow", "1/s", 89, 30, least=3)
    report.add("too big", "MB", 1100, 1000, most=1)
    report.add("not compared", "MB", 900, None, most=1)
    report.add("not measured", "ms", None, limit=5)
    assert [row.kept for row in report.rows] == [True, False, True, False, False, None, None]
    assert report.rows[2].ratio == 3
    assert report.table().count("MISSED") == 3
    report.write(tmp_path / "results/bench.json")
    assert len(json.loads((tmp_path / "results/bench.json").read_text())["rows"]) == 7
