"""`warmline drill`: a synthetic crisis to the counselors on duty, with a stop-watch for each proof, and a report."""
# ruff: noqa: PLC0415  (a command imports what it needs, so that the others start fast)

import asyncio
import getpass
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.services.context import Context
    from bot.services.drill import Drilled

TAKEN_UP = 20.0  # seconds in which a worker must have dealt with the text
NO_WORKER = "no worker runs, so nothing was done. Start `warmline up` or `warmline worker` first."
NOT_TAKEN_UP = "no worker dealt with it within 20 seconds; it was removed again, and nobody was alerted."


def drill(
    minutes: Annotated[
        float, typer.Option(min=0.1, max=14, help="How long to wait for somebody to take it and to reply.")
    ] = 5,
) -> None:
    """Send a synthetic crisis to the counselors on duty, marked as a drill, and time each proof."""
    from bot.operating import operating
    from bot.places import reached
    from bot.settings import load_settings

    async def run() -> bool:
        settings = load_settings()
        with reached(settings) as place:
            async with operating(settings, place) as context:
                return await run_drill(context, 60 * minutes, getpass.getuser(), typer.echo)

    if not asyncio.run(run()):
        raise typer.Exit(1)


async def run_drill(
    context: "Context", seconds: float, operator: str, say: Callable[[str], None], pause: float = 0.2
) -> bool:
    """One drill from beginning to end. True when every proof was seen in time."""
    from bot.services import drill as service

    conversation_id = await service.begin_drill(context, operator)
    if conversation_id is None:
        say(f"warmline: {NO_WORKER}")
        return False
    loop = asyncio.get_running_loop()
    begun, seen = loop.time(), await service.see_drill(context, conversation_id)
    said: set[str] = set()
    while loop.time() - begun < seconds and not (seen.first_reply is not None or seen.is_over):
        if seen.handoff is None and loop.time() - begun > TAKEN_UP:
            await service.forget_drill(context, conversation_id)
            say(f"warmline: {NOT_TAKEN_UP}")
            return False
        for line in lines(seen):
            if line not in said:
                say(line)
                said.add(line)
        await asyncio.sleep(pause)
        seen = await service.see_drill(context, conversation_id)
    await service.end_drill(context, conversation_id)
    await service.keep_figures(context, seen)
    for line in (*(line for line in lines(seen) if line not in said), *verdict(seen, seconds)):
        say(line)
    return seen.passed


def lines(seen: "Drilled") -> list[str]:
    """One line a proof, with the seconds since the text came in."""
    found = []
    for alert, name in zip(seen.alerts, seen.names, strict=True):
        steps: list[tuple[str, datetime | None]] = [
            ("queued", alert.queued_at),
            ("handed over", alert.sent_at),
        ]
        steps += [("accepted", alert.accepted_at), ("delivered", alert.delivered_at)]
        found += [
            f"{seen.seconds(at):7.2f} s  alert to {name}: {what}" for what, at in steps if at is not None
        ]
    if seen.taken is not None:
        found.append(f"{seen.taken:7.2f} s  taken")
    if seen.first_reply is not None:
        found.append(f"{seen.first_reply:7.2f} s  first reply")
    return found


def verdict(seen: "Drilled", seconds: float) -> list[str]:
    """What the drill showed, in words."""
    if seen.handoff is None:
        return ["FAILED: the text was not dealt with."]
    if not seen.alerts:
        return ["FAILED: nobody on duty or on call could be asked."]
    missing = [
        what
        for what, there in (
            ("a provider accepting an alert", any(alert.accepted_at for alert in seen.alerts)),
            ("somebody taking it", seen.taken is not None),
            ("a first reply", seen.first_reply is not None),
        )
        if not there
    ]
    if missing:
        return [f"FAILED: not seen within {seconds:.0f} s: {', '.join(missing)}. The drill is over."]
    return ["Passed: every proof was seen. The drill is over."]
