"""Changes when the line is open and who works when: validated, recorded, and counting from the next look at the clock.

Everything fails closed: what is not named is shut. Who may change it is `allowed.py`'s to say, for the desk.
"""

from dataclasses import dataclass
from datetime import date

from bot.domain.access import Action
from bot.domain.matching import Counselor
from bot.domain.schedule import DAYS, BadHours, Week, read_week_text
from bot.domain.shifts import Shifts, in_spans
from bot.services.allowed import allow
from bot.services.context import Context
from bot.services.watch import watch_now
from bot.store import audit, closed_days, counselors
from bot.store.database import Tx

ALWAYS = "always"  # instead of shifts: whenever the line is open
MOST_HELD = 50


@dataclass(frozen=True)
class By:
    """Who changes something: an operator in the terminal, or somebody at the desk, by id."""

    counselor_id: str | None = None

    async def allowed(self, tx: Tx) -> None:
        """Raises NotAllowed."""
        if self.counselor_id is not None:
            await allow(tx, self.counselor_id, Action.CHANGE_HOURS)

    async def record(self, tx: Tx, what: str, detail: str) -> None:
        actor = "operator" if self.counselor_id is None else "counselor"
        await audit.record(tx, what, actor=actor, actor_id=self.counselor_id, detail=detail[:120])


OPERATOR = By()


@dataclass(frozen=True)
class Line:
    """When the line is open. `set_here`: the week was set by somebody, and clinic.yml's does not count."""

    week: Week
    closed: tuple[date, ...]
    set_here: bool


async def read_line(context: Context) -> Line:
    async with context.database.transaction() as tx:
        hours = (await watch_now(context, tx)).hours
        return Line(hours.week, tuple(sorted(hours.closed)), await closed_days.read_week(tx) is not None)


async def set_week(context: Context, by: By, text: str) -> None:
    """Set the weekly hours ("mon-fri 09:00-17:00"). Raises BadHours, NotAllowed."""
    week = read_week_text(text)
    async with context.database.transaction() as tx:
        await by.allowed(tx)
        await closed_days.write_week(tx, week)
        await by.record(tx, "hours:week", ",".join(week) or "never")


async def reset_week(context: Context, by: By) -> None:
    """Back to the hours in clinic.yml."""
    async with context.database.transaction() as tx:
        await by.allowed(tx)
        await closed_days.write_week(tx, None)
        await by.record(tx, "hours:week", "as in clinic.yml")


def read_day(text: str) -> date:
    """ "2026-12-25". Raises BadHours."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise BadHours(f"'{text.strip()[:20]}' is no date; write 2026-12-25") from None


async def close_day(context: Context, by: By, text: str) -> date:
    """Shut the line on a day, such as a holiday. Raises BadHours: also for a day that has passed."""
    day = read_day(text)
    if day < context.clock.now().astimezone(context.clinic.zone).date():
        raise BadHours(f"{day} has passed")
    async with context.database.transaction() as tx:
        await by.allowed(tx)
        await closed_days.add(tx, day)
        await by.record(tx, "hours:closed_day", day.isoformat())
    return day


async def reopen_day(context: Context, by: By, text: str) -> date:
    """The usual hours again on that day. Raises BadHours when it was not closed."""
    day = read_day(text)
    async with context.database.transaction() as tx:
        await by.allowed(tx)
        if not await closed_days.remove(tx, day):
            raise BadHours(f"{day} was not closed")
        await by.record(tx, "hours:reopened_day", day.isoformat())
    return day


Spans = dict[str, list[str]]


def read_shifts(duty: str, on_call: str | None) -> tuple[Spans | None, Spans | None]:
    """(duty, on call) as weeks. Duty None: whenever the line is open; on call None: as it is. Raises BadHours."""
    always = duty.strip().lower() in ("", ALWAYS)
    return None if always else read_week_text(duty), None if on_call is None else read_week_text(on_call)


async def set_shifts(
    context: Context, by: By, counselor_id: str, duty: str, on_call: str | None = None
) -> None:
    """Set somebody's weekly shifts; "always" for duty: whenever the line is open. Raises BadHours, NotAllowed."""
    week = read_shifts(duty, on_call)
    async with context.database.transaction() as tx:
        await by.allowed(tx)
        await _write_shifts(tx, by, counselor_id, *week)


async def set_member(
    context: Context, by: By, counselor_id: str, *, capacity: str, away: bool, duty: str, on_call: str
) -> None:
    """All of one person's place on the roster, or, when anything of it cannot be read, nothing. Raises as above."""
    week = read_shifts(duty, on_call)
    if not capacity.isascii() or not capacity.isdigit() or not 1 <= int(capacity) <= MOST_HELD:
        raise BadHours(f"a capacity is 1 to {MOST_HELD} conversations")
    async with context.database.transaction() as tx:
        await by.allowed(tx)
        await _write_shifts(tx, by, counselor_id, *week)
        await counselors.set_capacity(tx, counselor_id, int(capacity))
        await counselors.set_away(tx, counselor_id, away)
        await by.record(tx, "roster:place", f"of={counselor_id} capacity={int(capacity)} away={away}")


async def _write_shifts(tx: Tx, by: By, counselor_id: str, duty: Spans | None, on_call: Spans | None) -> None:
    person = await counselors.lock(tx, counselor_id)
    await counselors.set_shifts(tx, counselor_id, _shifts(person, duty, on_call))
    await by.record(tx, "roster:shifts", f"of={counselor_id}")


def _shifts(person: Counselor, duty: Spans | None, on_call: Spans | None) -> dict[str, Spans] | None:
    if on_call is None:
        on_call = in_spans((person.shifts or Shifts()).on_call)
    if duty is None and not on_call:
        return None
    every_hour = {day: ["00:00-24:00"] for day in DAYS}
    return {"duty": every_hour if duty is None else duty, "on_call": on_call}
