"""`python -m bench.chaos --minutes 30`: load, failing providers, kills and restarts, and then the count of every message."""

import argparse
import asyncio
import json
import os
import random
import shutil
import sys
import time
from pathlib import Path
from uuid import uuid4

from bench.chaos.check import Found, Ledger, check, undone, waits
from bench.chaos.parts import ROOT, Part, Weather, ready
from bench.chaos.people import COUNSELORS, People
from bench.chaos.provider import ACCOUNT, CLIENTS_NUMBER, PUBLIC, STAFF_NUMBER, TOKEN, Provider, as_line
from bench.service import QUESTIONS
from bench.tools import k6
from bot.app import keys_of
from bot.processes import free_port
from bot.settings import Settings
from bot.store import counselors
from bot.store.database import Database
from bot.store.embedded import EmbeddedPostgres
from bot.store.vault import Vault, vault_of

PLACE, RESULTS = ROOT / ".var/bench/chaos", ROOT / "results/chaos.json"
DRAIN = 240  # seconds after the storm in which everything must be done


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--per-minute", type=int, default=240, help="questions of clients a minute")
    parser.add_argument("--clients", type=int, default=60, help="clients with questions")
    parser.add_argument("--crisis-every", type=float, default=15, help="seconds between two crises")
    parser.add_argument("--faults", type=float, default=0.05, help="share of sends that fail")
    parser.add_argument(
        "--strike-every", type=float, nargs=2, default=(8, 24), help="seconds, least and most"
    )
    parser.add_argument("--webs", type=int, default=2)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=7)
    return parser.parse_args()


def say(what: str) -> None:
    print(f"  {time.strftime('%H:%M:%S')}  {what}", flush=True)


def main() -> int:
    given = options()
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    with EmbeddedPostgres(PLACE / "postgres", settings={"max_connections": "200"}) as server:
        found = asyncio.run(storm(given, server))
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"figures": found.figures, "wrong": found.wrong}, indent=1))
    for name, value in found.figures.items():
        print(f"  {name}: {value}")
    print(f"\n{len(found.wrong)} breaches." + "".join(f"\n  {line}" for line in found.wrong[:40]))
    return 1 if found.wrong else 0


async def storm(given: argparse.Namespace, server: EmbeddedPostgres) -> Found:
    rng = random.Random(given.seed)  # noqa: S311 -- weather, not a secret
    ports = [free_port() for _ in range(given.webs)]
    addresses = [f"http://127.0.0.1:{port}" for port in ports]
    async with Provider(addresses, 0.0, rng) as provider:
        env = surroundings(server, provider.url)
        webs = [part(f"web-{n}", "serve", env, str(port)) for n, port in enumerate(ports)]
        workers = [part(f"worker-{n}", "worker", env) for n in range(given.workers)]
        weather = Weather(server, webs, workers, rng, PLACE / "strikes.log", tuple(given.strike_every))
        webs[0].start()
        await ready(addresses[:1])
        try:
            vault = await staff(server)
            weather.revive()
            await ready(addresses)
            expected = await right_answers(server, vault, provider, given.clients)
            say(f"the storm begins: {given.minutes:g} minutes")
            return await raged(given, weather, provider, vault, expected)
        finally:
            for running in (*webs, *workers):
                running.stop()


async def raged(
    given: argparse.Namespace,
    weather: Weather,
    provider: Provider,
    vault: Vault,
    expected: dict[str, list[str]],
) -> Found:
    seconds, begun, before = given.minutes * 60, time.time(), len(provider.reached)
    provider.faults = given.faults
    people = People(provider)
    talking = await talkers(given, provider.webs, seconds)
    await asyncio.gather(weather.rages(seconds), people.live(seconds, given.crisis_every), talking.wait())
    provider.faults = 0.0
    weather.revive()
    say("the storm is over; what is on its way arrives")
    drained = await drain(weather.server)
    said = [json.loads(line) for line in (PLACE / "talkers.log").read_text().splitlines() if line]
    asked = {one["sid"]: QUESTIONS[int(one["sid"][10:18], 16)] for one in said if one["taken"]}
    with (PLACE / "reached.jsonl").open("w") as file:
        file.writelines(as_line(text) + "\n" for text in provider.reached)
    ledger = Ledger.read(weather.server.dsn, vault, provider.reached)
    found = check(ledger, asked, expected, people)
    took = sorted(one["took"] for one in said if one["taken"])
    found.figures |= {
        "minutes": round((time.time() - begun) / 60, 1),
        "strikes": dict(weather.struck),
        "seconds without a database": round(weather.down, 1),
        "sends that failed": dict(provider.failed),
        "texts that reached a phone": len(provider.reached) - before,
        "webhooks tried again": sum(one["tries"] for one in said),
        "not accepted": sum(not one["taken"] for one in said) + sum(s.refused for s in people.stories),
        "webhook to 200, ms, median and 95th": [
            round(took[len(took) // 2], 1),
            round(took[int(0.95 * len(took))], 1),
        ],
        "200 to the answer on the phone, seconds": waits(
            ledger, {one["sid"]: one["taken"] / 1000 for one in said if one["taken"]}
        ),
        "seconds until everything was done": round(drained, 1),
    }
    return found


async def talkers(given: argparse.Namespace, webs: list[str], seconds: float) -> asyncio.subprocess.Process:
    """k6, which brings the questions."""
    env = {
        "WEBS": ",".join(webs),
        "TOKEN": TOKEN,
        "PUBLIC": PUBLIC,
        "ACCOUNT": ACCOUNT,
        "NUMBER": CLIENTS_NUMBER,
        "QUESTIONS": json.dumps(QUESTIONS),
        "VUS": str(given.clients),
        "PER_MINUTE": str(given.per_minute),
        "SECONDS": str(int(seconds)),
    }
    command = [str(k6()), "run", "--no-usage-report", "--quiet", "--log-format=raw"]
    command += [f"--console-output={PLACE / 'talkers.log'}", str(Path(__file__).with_name("talkers.js"))]
    with (PLACE / "k6.log").open("wb") as log:
        return await asyncio.create_subprocess_exec(
            *command, env={**os.environ, **env}, stdout=log, stderr=log
        )


async def drain(server: EmbeddedPostgres) -> float:
    """Seconds until nothing is on its way any more; at most DRAIN."""
    begun = time.monotonic()
    for _ in range(2 * DRAIN):
        if not undone(server.dsn):
            break
        await asyncio.sleep(0.5)
    await asyncio.sleep(3)  # the last receipts
    return time.monotonic() - begun


async def right_answers(
    server: EmbeddedPostgres, vault: Vault, provider: Provider, clients: int
) -> dict[str, list[str]]:
    """What each question is answered while nothing fails; every client has also had the first-message text then."""
    say("in calm weather: what is the right answer to each question?")
    calm = "+15550170099"
    for number, question in enumerate(QUESTIONS):
        assert await provider.text(calm, CLIENTS_NUMBER, question, f"SM{0xEE:08x}{number:024x}")
    for client in range(1, clients + 1):
        assert await provider.text(
            f"+1555018{client:04d}", CLIENTS_NUMBER, "hello", f"SM{0xED:08x}{client:024x}"
        )
    await drain(server)
    ledger = Ledger.read(server.dsn, vault, provider.reached)
    answers: dict[str, list[str]] = {}
    for number, question in enumerate(QUESTIONS):
        row = ledger.by_sid[f"SM{0xEE:08x}{number:024x}"]
        if row["outcome"] != "answered":
            raise SystemExit(f"In calm weather a question was not answered: {row['outcome']}")
        mine = [
            out["text"] for out in ledger.outgoing if out["reply_to"] == row["id"] and out["kind"] == "answer"
        ]
        answers[question] = mine
    return answers


async def staff(server: EmbeddedPostgres) -> Vault:
    """Counselors on the roster, with room for everybody."""
    vault = vault_of(keys_of(Settings(key_file=PLACE / "master.key", data_dir=PLACE)))
    database = Database(server.url, vault, pool_size=1)
    async with database.transaction() as tx:
        for place, phone in enumerate(COUNSELORS, start=1):
            values = {
                "name": f"Counselor {place}",
                "traits": ["language:en"],
                "about": "",
                "role": "counselor",
            }
            await counselors.enrol(
                tx, counselor_id=str(uuid4()), channel="staff-sms", address=phone, **values
            )
    await database.close()
    return vault


def surroundings(server: EmbeddedPostgres, provider: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WARMLINE_")}
    return kept | {
        "DATABASE_URL": server.url_for("postgresql"),
        "WARMLINE_KEY_FILE": str(PLACE / "master.key"),
        "WARMLINE_DEMONSTRATION": "false",
        "WARMLINE_PORT": "0",
        "WARMLINE_PUBLIC_URL": PUBLIC,
        "WARMLINE_TWILIO_ACCOUNT_SID": ACCOUNT,
        "WARMLINE_TWILIO_AUTH_TOKEN": TOKEN,
        "WARMLINE_TWILIO_NUMBER": CLIENTS_NUMBER,
        "WARMLINE_TWILIO_STAFF_NUMBER": STAFF_NUMBER,
        "WARMLINE_TWILIO_API": provider,
        "WARMLINE_STAFF_PHONES_DECIDED_BY": "the storm",
        "WARMLINE_STAFF_PHONES_DECIDED_ON": "2026-11-24",
        "PYTHONUNBUFFERED": "1",
    }


def part(name: str, command: str, env: dict[str, str], webhook_port: str = "0") -> Part:
    folder = PLACE / name
    own = {"WARMLINE_DATA_DIR": str(folder), "WARMLINE_WEBHOOK_PORT": webhook_port}
    own["WARMLINE_ENCODER_DIR"] = str(ROOT / ".var/encoder")
    return Part(name, command, env | own, folder)


if __name__ == "__main__":
    sys.exit(main())
