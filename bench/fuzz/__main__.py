"""Throws rubbish at every door of the service, and says what broke: `python -m bench.fuzz --requests 20000`.

The service runs in this process on a PostgreSQL of its own, with the real screen; about five minutes. Ends with code 1
when an answer was wrong, a planted word came out, or memory grew.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from bench.fuzz.judge import Lines, watched_logs
from bench.fuzz.place import opened
from bench.fuzz.run import Outcome, fuzz, fuzz_the_wire, resident, settled
from bot.running import screen_for
from bot.settings import Settings
from bot.store.embedded import EmbeddedPostgres
from bot.store.migrate import migrate

MOST_GROWTH = 1.1  # memory at the end, as a multiple of what it was after a quarter


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.fuzz", description=__doc__)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder) / "postgres") as server:
        migrate(server.url)
        return asyncio.run(_run(options, server.url, server.dsn, Path(folder)))


async def _run(options: argparse.Namespace, url: str, dsn: str, folder: Path) -> int:
    begun, curve = time.monotonic(), list[tuple[int, float]]()
    async with opened(url, dsn, folder, screen_for(Settings(), print)) as place:
        with watched_logs(place.planted, folder / "logs") as lines:

            def note(done: int) -> None:
                curve.append((done, resident()))
                print(
                    f"  {done:6} requests, {time.monotonic() - begun:4.0f} s, {curve[-1][1]:.0f} MB",
                    flush=True,
                )

            note(0)
            outcome = await fuzz(
                place, options.requests, options.seed, every=options.requests // 10, note=note
            )
            outcome.wire = await fuzz_the_wire(place, options.requests // 40, options.seed)
            dealt_with = await settled(place, 300)
            note(options.requests)
    return _report(outcome, lines, curve, dealt_with=dealt_with)


def _report(outcome: Outcome, lines: Lines, curve: list[tuple[int, float]], *, dealt_with: bool) -> int:
    for door in sorted({door for door, _ in outcome.doors}):
        statuses = Counter({status: n for (name, status), n in outcome.doors.items() if name == door})
        shown = ", ".join(f"{n} x {status}" for status, n in sorted(statuses.items()))
        print(f"{door:10} {statuses.total():6}: {shown}")
    print(f"{'wire':10} {outcome.wire.total():6}: {dict(sorted(outcome.wire.items()))}")
    print(
        f"signed in: {outcome.inside}; log lines looked at: {lines.count}; everything dealt with: {dealt_with}"
    )
    for fault, count in outcome.faults.most_common():
        print(f"WRONG {count:5} x {fault}\n      {str(outcome.wrong[fault])[:400]}")
    for line in lines.wrong:
        print(f"WRONG in the log: {line}")
    early, last = curve[len(curve) // 4][1], curve[-1][1]
    print(f"memory: {curve[0][1]:.0f} MB before, {early:.0f} MB after a quarter, {last:.0f} MB at the end")
    broken = [status for status in outcome.wire if status.startswith("5")]
    wrong = bool(outcome.faults or lines.wrong or broken) or not dealt_with
    return int(wrong or last > MOST_GROWTH * early)


if __name__ == "__main__":
    sys.exit(main())
