"""Measures stock Rasa and Warmline one after the other on this machine: `make bench`, under five minutes."""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import service, stock
from bench.figures import NO_MEMORY, NO_RATE, NO_TIMES, Memory, Rate, Times
from bench.report import Report
from bench.rest import RestRasa

RESULTS = Path(__file__).parent.parent / "results/bench.json"
TRAINED = stock.PLACE / "training.json"
MADE_OF = service.ROOT / "models" / "warmline.tar.gz.made-of"  # the hash of what the model was trained from


@dataclass
class Side:
    """What was found out about one of the two; what was not measured is None or holds None."""

    start: float | None = None
    taken: Times = NO_TIMES
    answered: Times = NO_TIMES
    relayed: Times = NO_TIMES
    alerted: Times = NO_TIMES
    helped: Times = NO_TIMES
    rate: Rate = NO_RATE
    memory: Memory = NO_MEMORY


def main() -> int:
    options = _options()
    report = Report()
    stock.PLACE.mkdir(parents=True, exist_ok=True)
    trained = training_times(again=options.retrain, with_stock=not options.only_warmline)
    theirs = Side() if options.only_warmline else asyncio.run(measure_rasa(stock.server(), options))
    alone = asyncio.run(measure_rasa(service.rasa_alone(), options))
    ours = asyncio.run(measure_warmline(options))
    fill_rasa(report, alone, theirs)
    fill(report, ours, theirs, trained)
    say("safety screen")
    report.add("screen, one message, median", "ms", service.screen_times().median, limit=5)
    report.write(RESULTS)
    print("\n" + report.table())
    print(f"Written to {RESULTS.parent.name}/{RESULTS.name}.")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--retrain", action="store_true", help="measure training anew, for both")
    parser.add_argument("--only-warmline", action="store_true", help="leave stock Rasa out")
    parser.add_argument("--turns", type=int, default=80, help="turns for each latency")
    parser.add_argument("--handoffs", type=int, default=10, help="requests for a person, and crises")
    parser.add_argument("--talkers", type=int, default=20, help="people at once")
    parser.add_argument("--seconds", type=float, default=15, help="how long they talk")
    return parser.parse_args()


def say(what: str) -> None:
    print(f"  {time.strftime('%H:%M:%S')}  {what} ...", flush=True)


def training_times(*, again: bool, with_stock: bool) -> dict[str, float]:
    """Seconds of training for "stock" and "warmline"; measured once for each state of the data, for it takes minutes."""
    known: dict[str, Any] = {}
    if TRAINED.exists() and not again:
        known = json.loads(TRAINED.read_text())
    if with_stock:
        say("stock Rasa: installing (once)")
        stock.prepare()
        if "stock" not in known or not stock.is_trained():
            known["stock"] = timed("stock Rasa: training its first project (once)", stock.train)
    if known.get("trained from") != MADE_OF.read_text():
        known["warmline"] = timed("Warmline: training", service.train)
        known["trained from"] = MADE_OF.read_text()
    TRAINED.write_text(json.dumps(known))
    return {side: known[side] for side in ("stock", "warmline") if side in known}


def timed(what: str, work: Callable[[], float]) -> float:
    say(what)
    return work()


async def measure_rasa(server: RestRasa, options: argparse.Namespace) -> Side:
    """A Rasa by itself, over its REST channel."""
    found, name = Side(), server.server.name
    say(f"{name}: starting")
    try:
        found.start = await server.start()
        say(f"{name}: one conversation at a time")
        found.answered = await server.latency(options.turns)
        say(f"{name}: {options.talkers} conversations at once")
        found.rate = await server.throughput(options.talkers, options.seconds)
        found.memory = server.memory()
    finally:
        await server.stop()
    return found


async def measure_warmline(options: argparse.Namespace) -> Side:
    server, found = service.Warmline(), Side()
    say("Warmline: starting")
    try:
        found.start = await server.start()
        say("Warmline: one conversation at a time")
        found.taken, found.answered = await server.latency(options.turns)
        say("Warmline: relay to a counselor")
        found.relayed = await server.relay(options.turns // 2)
        say("Warmline: alerts to counselors, and a crisis")
        found.alerted = await server.alerts(options.handoffs)
        found.helped = await server.crisis(options.handoffs)
        say(f"Warmline: {options.talkers} conversations at once")
        found.rate = await server.throughput(options.talkers, options.seconds)
        found.memory = server.memory()
    finally:
        await server.stop()
    return found


def fill_rasa(report: Report, ours: Side, theirs: Side) -> None:
    """Rasa beside Rasa: our pipeline and stock's, each over the REST channel, without the service around it."""
    report.add("Rasa alone: start", "s", ours.start, theirs.start)
    report.add("Rasa alone: a turn, median", "ms", ours.answered.median, theirs.answered.median, limit=12)
    report.add("Rasa alone: turns, sustained", "1/s", ours.rate.per_second, theirs.rate.per_second, least=3)
    report.add("Rasa alone: processor time of a turn", "ms", ours.rate.cpu_total, theirs.rate.cpu_total)
    report.add("Rasa alone: memory (PSS)", "MB", ours.memory.pss, theirs.memory.pss, limit=600)


def fill(report: Report, ours: Side, theirs: Side, trained: dict[str, float]) -> None:
    """Every figure with its budget (docs/architecture.md names them)."""
    report.add("training", "s", trained.get("warmline"), trained.get("stock"), limit=60)
    report.add("start until everything answers", "s", ours.start, theirs.start)
    report.add("webhook to 200, median", "ms", ours.taken.median, limit=20)
    report.add("webhook to answer, median", "ms", ours.answered.median, theirs.answered.median, limit=60)
    report.add("webhook to answer, 95th percentile", "ms", ours.answered.p95, theirs.answered.p95, limit=150)
    report.add("relay to a counselor, median", "ms", ours.relayed.median, limit=40)
    report.add('"I need a person" to alerts, median', "ms", ours.alerted.median, limit=150)
    report.add("crisis text to help and alerts, median", "ms", ours.helped.median, limit=150)
    report.add("bot turns, sustained", "1/s", ours.rate.per_second, theirs.rate.per_second, least=3)
    report.add("processor time of one such turn", "ms", ours.rate.cpu_total, theirs.rate.cpu_total)
    for program, spent in sorted(ours.rate.cpu.items()):
        report.add(f"  of it {program}", "ms", spent)
    report.add("memory of all processes (PSS)", "MB", ours.memory.pss, theirs.memory.pss, most=1)
    report.add("the same, pages counted in each (RSS)", "MB", ours.memory.rss, theirs.memory.rss)


if __name__ == "__main__":
    sys.exit(main())
