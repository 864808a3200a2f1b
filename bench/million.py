"""`python -m bench.million`: a database with a million messages beside an empty one, then thousands through the whole path.

Both services run at the same time and take turns one after the other, so that whatever else the machine does
meets both alike.
"""

import argparse
import asyncio
import json
import statistics
import sys
import time
from dataclasses import asdict
from typing import Any

import httpx
import psycopg

from bench import statements
from bench.figures import Times, memory_of
from bench.phones import NoAnswerError
from bench.postgres import USER, measuring_postgres
from bench.seeded import seed
from bench.service import PLACE, ROOT, Warmline
from bot.app import keys_of
from bot.processes import free_port
from bot.settings import Settings
from bot.store.migrate import migrate
from bot.store.vault import vault_of

RESULTS = ROOT / "results/million.json"
LONGEST_TALK = 25  # messages; then somebody else writes


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.million", description=__doc__)
    parser.add_argument("--seeded", type=int, default=1_000_000, help="messages that are there before")
    parser.add_argument("--replayed", type=int, default=50_000, help="messages through the whole path")
    parser.add_argument("--turns", type=int, default=240, help="turns of each for the comparison")
    parser.add_argument("--talkers", type=int, default=10, help="people at once in the replay")
    return parser.parse_args()


def say(what: str) -> None:
    print(f"  {time.strftime('%H:%M:%S')}  {what}", flush=True)


def main() -> int:
    given = options()
    PLACE.mkdir(parents=True, exist_ok=True)
    with measuring_postgres() as socket:
        found = asyncio.run(measured(given, socket))
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=1))
    wrong = found.pop("wrong")
    slowest = found.pop("statements")
    for name, value in found.items():
        print(f"  {name}: {value}")
    print("  the costliest statements (calls, mean ms, longest ms, blocks):")
    for one in slowest[:8]:
        words = " ".join(one["text"].split())[:100]
        print(f"    {one['calls']:>8} {one['mean']:8.3f} {one['longest']:8.1f} {one['blocks']:>6}  {words}")
    print(f"\n{len(wrong)} breaches." + "".join(f"\n  {line}" for line in wrong))
    return 1 if wrong else 0


async def measured(given: argparse.Namespace, socket: str) -> dict[str, Any]:
    key = PLACE / "million.key"
    services = {}
    for name in ("empty", "seeded"):
        with psycopg.connect(host=socket, user=USER, dbname="postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        migrate(url(socket, name))
    say(f"seeding {given.seeded:,} messages")
    begun = time.monotonic()
    vault = vault_of(keys_of(Settings(key_file=key, data_dir=PLACE)))
    seed(dsn(socket, "seeded"), vault, given.seeded)
    found: dict[str, Any] = {"seconds to seed": round(time.monotonic() - begun, 1)}
    found["bytes of a seeded message, all tables and indices"] = size(socket, "seeded") // given.seeded
    ports = {}
    for name in ("empty", "seeded"):
        ports[name] = free_port()
        more = {"DATABASE_URL": url(socket, name, "postgresql"), "WARMLINE_KEY_FILE": str(key)}
        more |= {"WARMLINE_INTERNAL_PORT": str(ports[name])}
        more |= {"WARMLINE_ENCODER_DIR": str(ROOT / ".var/encoder")}
        services[name] = Warmline(f"million-{name}", more)
        say(f"starting the service on the {name} database")
        await services[name].start()
    try:
        before = statements.begin(dsn(socket, "seeded"))
        say("turns on both, one after the other")
        found |= await compared(services, given.turns, "")
        say(f"replaying {given.replayed:,} messages")
        found |= await replayed(services["seeded"], socket, given, ports["seeded"])
        found |= await compared(services, given.turns, ", after the replay")
        return found | judged(found, dsn(socket, "seeded"), before)
    finally:
        for service in services.values():
            await service.stop()


async def compared(services: dict[str, Warmline], turns: int, when: str) -> dict[str, Any]:
    """Latency of a turn on both databases, alternating; ratios of medians."""
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in services}
    phones: dict[str, str] = {}
    for number in range(turns + 8):
        for name, service in services.items():
            if number % 8 == 0:
                phones[name] = await service.new_client()
            taken = await service.turn(phones[name])
            if number >= 8:  # the first ones load what is loaded late
                spent[name].append(taken)
    found: dict[str, Any] = {}
    for place, what in enumerate(("webhook to 200", "webhook to answer")):
        times = {name: Times.of([one[place] for one in rows]) for name, rows in spent.items()}
        seeded, empty = times["seeded"], times["empty"]
        assert seeded.median and empty.median and seeded.p95 and empty.p95  # noqa: PT018
        found[f"{what}{when}, ms, seeded beside empty, median"] = [
            round(seeded.median, 1),
            round(empty.median, 1),
        ]
        found[f"{what}{when}, ratio of medians"] = round(seeded.median / empty.median, 3)
        found[f"{what}{when}, ratio of 95th percentiles"] = round(seeded.p95 / empty.p95, 3)
    return found


async def replayed(
    service: Warmline, socket: str, given: argparse.Namespace, internal: int
) -> dict[str, Any]:
    """Messages through the whole path, with memory looked at twenty times on the way."""
    done, missing, memory, rates = 0, 0, [], []
    grown, begun = size(socket, "seeded"), time.monotonic()
    mark = (0, begun)

    async def talk() -> None:
        nonlocal done, missing
        while done < given.replayed:
            phone, heard = await service.phones.add(), 0
            for _ in range(LONGEST_TALK):
                if done >= given.replayed:
                    return
                done += 1
                try:
                    heard = await service.asked(phone, heard)
                except NoAnswerError:
                    missing += 1

    async def watch() -> None:
        nonlocal mark
        async with httpx.AsyncClient(trust_env=False) as http:
            while done < given.replayed:
                if done - mark[0] >= given.replayed / 20:
                    now = time.monotonic()
                    rates.append((done - mark[0]) / (now - mark[1]))
                    mark = (done, now)
                    memory.append(round(memory_of(service.server.pid or 0).pss or 0, 1))
                    await http.get(f"http://127.0.0.1:{internal}/metrics")
                await asyncio.sleep(0.2)

    await asyncio.gather(watch(), *(talk() for _ in range(given.talkers)))
    spent = time.monotonic() - begun
    await asyncio.sleep(10)  # the last of them, and the receipts
    return {
        "messages replayed": done,
        "not answered within 30 s": missing,
        "never dealt with": unhandled(socket),
        "replayed a second": round(done / spent, 1),
        "a second in twentieths of the replay": [round(rate, 1) for rate in rates],
        "memory of service and Rasa in twentieths, MB (PSS)": memory,
        "bytes a replayed turn added (message, answers, verdict, turn, Rasa's memory, phones)": (
            (size(socket, "seeded") - grown) // max(done, 1)
        ),
    }


def judged(found: dict[str, Any], place: str, before: dict[str, tuple[int, int]]) -> dict[str, Any]:
    """What is wrong, in words."""
    whole, ran = statements.read_whole(place, before), statements.ran(place)
    wrong = [f"{table} was read whole {times} times" for table, (times, _) in whole.items()]
    wrong += [
        f"{one.blocks} blocks a call, {one.calls} calls: {' '.join(one.text.split())[:300]}"
        for one in ran
        if one.blocks > statements.MOST_BLOCKS
    ]
    for name in (name for name in found if name.endswith("ratio of medians")):
        if found[name] > 1.2:
            wrong.append(f"{name}: {found[name]}")
    memory = found["memory of service and Rasa in twentieths, MB (PSS)"]
    if len(memory) >= 8:
        early, late = statistics.median(memory[2:5]), statistics.median(memory[-3:])
        found["memory, late beside early"] = round(late / early, 3)
        if late > 1.1 * early:
            wrong.append(f"memory grew from {early} to {late} MB")
    for name in ("not answered within 30 s", "never dealt with"):
        if found[name]:
            wrong.append(f"{name}: {found[name]}")
    unplanned = [one.text for one in ran if not one.planned]
    listed = [asdict(one) for one in ran]
    return {
        "different statements": len(ran),
        "of them without a plan to look at": len(unplanned),
        "the most blocks of 8 kB that a call of one looked at": max((one.blocks for one in ran), default=0),
        "statements": listed,
        "wrong": wrong,
    }


def url(socket: str, name: str, driver: str = "postgresql+psycopg") -> str:
    return f"{driver}://{USER}@/{name}?host={socket}"


def dsn(socket: str, name: str) -> str:
    return f"host={socket} user={USER} dbname={name}"


def unhandled(socket: str) -> int:
    with psycopg.connect(dsn(socket, "seeded")) as connection:
        row = connection.execute(
            "SELECT count(*) FROM message WHERE direction = 'incoming' AND handled_at IS NULL"
        ).fetchone()
    return int(row[0]) if row else 0


def size(socket: str, name: str) -> int:
    with psycopg.connect(dsn(socket, name)) as connection:
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    return int(row[0]) if row else 0


if __name__ == "__main__":
    sys.exit(main())
