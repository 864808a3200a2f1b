"""Kills and restarts every process at random while handoffs go on, and says what was lost: nothing, or what."""

import argparse
import asyncio
import sys
from pathlib import Path

from bench.survival.trial import Outcome, survive

PLACE = Path(__file__).resolve().parents[2] / ".var/survival"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.survival", description=__doc__)
    parser.add_argument("--handoffs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=float, default=1.0, help="seconds between two kills, on average")
    parser.add_argument("--minutes", type=float, default=60, help="no new clients come after so long")
    options = parser.parse_args()
    found = asyncio.run(
        survive(
            PLACE,
            wanted=options.handoffs,
            seed=options.seed,
            every=options.every,
            minutes=options.minutes,
        )
    )
    print(report(found))
    return 1 if found.findings.count else 0


def report(found: Outcome) -> str:
    kills = ", ".join(f"{name} {count}" for name, count in sorted(found.kills.items()))
    ended = ", ".join(f"{reason} {count}" for reason, count in sorted(found.ended.items()))
    lines = [
        f"{found.handoffs} handoffs, {found.texts} texts sent, in {found.seconds:.0f} s;"
        f" the clock moved {found.moved_hours:.1f} h",
        f"killed {sum(found.kills.values())} times: {kills}",
        f"ended: {ended}",
    ]
    for kind in ("lost", "wrong person", "step", "twice", "trial"):
        wrong = found.findings.wrong.get(kind, [])
        lines.append(f"{kind}: {len(wrong)}")
        lines += [f"    {one}" for one in wrong[:20]]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
