"""`python -m bench.capacity`: turns a second against latency, and whether two workers cost more a turn than one.

A web part and one or two workers, each with a Rasa, share one PostgreSQL. On a machine with fewer cores than
processes the rate cannot double; what a turn costs of the processor must stay equal, because then it would.
"""

import argparse
import asyncio
import itertools
import json
import os
import shutil
import sys
import time
from pathlib import Path

from bench.chaos.parts import Part, ready
from bench.figures import Times, cpu_of
from bench.phones import Phones
from bench.service import PLACE, QUESTIONS, ROOT
from bot.processes import free_port
from bot.store.embedded import EmbeddedPostgres

FOLDER, RESULTS = PLACE / "capacity", ROOT / "results/capacity.json"
WARM_UP = 40  # turns before anything is measured


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.capacity", description=__doc__)
    parser.add_argument("--seconds", type=float, default=15, help="for each point of the curve")
    parser.add_argument("--talkers", type=int, nargs="+", default=[1, 2, 4, 8, 16, 32])
    return parser.parse_args()


def main() -> int:
    given = options()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    found: dict[str, list[dict[str, object]]] = {}
    with EmbeddedPostgres(FOLDER / "postgres", settings={"max_connections": "200"}) as server:
        for workers in (1, 2):
            found[f"{workers} worker(s)"] = asyncio.run(curve(given, server, workers))
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=1))
    return 0


async def curve(given: argparse.Namespace, server: EmbeddedPostgres, workers: int) -> list[dict[str, object]]:
    """One point for each number of people who talk at once."""
    port = free_port()
    web = part(f"web-of-{workers}", "serve", server, port)
    working = [part(f"worker-{n}-of-{workers}", "worker", server, 0) for n in range(workers)]
    parts = [web, *working]
    for one in parts:
        one.start()
    try:
        await ready([f"http://127.0.0.1:{port}/health"])
        for one in working:
            await until_ready(one.folder / "output.log")
        async with Phones(f"http://127.0.0.1:{port}") as phones:
            points = []
            for talkers in given.talkers:
                point = await measure(phones, parts, server, talkers, given.seconds)
                points.append(point)
                print(f"  {workers} worker(s), {json.dumps(point)}", flush=True)
            return points
    finally:
        for one in parts:
            one.stop()


async def measure(
    phones: Phones, parts: list[Part], server: EmbeddedPostgres, talkers: int, seconds: float
) -> dict[str, object]:
    """Turns a second, seconds of a turn, and the processor's milliseconds that one cost, by program."""
    turns, spent = itertools.count(), list[float]()
    heard = {await phones.add(): 0 for _ in range(talkers)}

    async def turn(phone: str) -> None:
        begun = time.monotonic()
        await phones.say(phone, QUESTIONS[next(turns) % len(QUESTIONS)])
        await phones.next_news(phone)
        heard[phone] = (await phones.heard(phone, heard[phone])).id
        spent.append(time.monotonic() - begun)

    async def talk(phone: str, until: float) -> None:
        while time.monotonic() < until:
            await turn(phone)

    for _ in range(max(2, WARM_UP // talkers)):
        await asyncio.gather(*map(turn, heard))
    spent.clear()
    before, begun = used(parts, server), time.monotonic()
    await asyncio.gather(*(talk(phone, begun + seconds) for phone in heard))
    took, after, times = time.monotonic() - begun, used(parts, server), Times.of(spent)
    cost = {name: round(1000 * (after[name] - before[name]) / len(spent), 1) for name in after}
    return {
        "talkers": talkers,
        "turns a second": round(len(spent) / took, 1),
        "median ms": round(times.median or 0),
        "95th ms": round(times.p95 or 0),
        "processor ms a turn": round(sum(cost.values()), 1),
        **cost,
    }


def used(parts: list[Part], server: EmbeddedPostgres) -> dict[str, float]:
    """Processor seconds until now of web, workers (without Rasa), Rasas and PostgreSQL."""
    found = {"web": 0.0, "worker": 0.0, "rasa": 0.0, "postgres": sum(cpu_of(server.pid or 0).values())}
    for one in parts:
        assert one.process is not None
        by_name = cpu_of(one.process.pid)
        found["web" if one.command == "serve" else "worker"] += by_name.pop("main", 0.0)
        found["rasa"] += sum(by_name.values())
    return found


async def until_ready(output: Path) -> None:
    for _ in range(3000):
        if says_ready(output):
            return
        await asyncio.sleep(0.1)
    raise TimeoutError(f"a worker did not become ready: {output}")


def says_ready(output: Path) -> bool:
    return output.exists() and "Ready." in output.read_text()


def part(name: str, command: str, server: EmbeddedPostgres, port: int) -> Part:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WARMLINE_")}
    own = {
        "DATABASE_URL": server.url_for("postgresql"),
        "WARMLINE_KEY_FILE": str(FOLDER / "master.key"),
        "WARMLINE_DATA_DIR": str(FOLDER / name),
        "WARMLINE_ENCODER_DIR": str(ROOT / ".var/encoder"),
        "WARMLINE_PORT": str(port),
        "PYTHONUNBUFFERED": "1",
    }
    return Part(name, command, kept | own, FOLDER / name)


if __name__ == "__main__":
    sys.exit(main())
