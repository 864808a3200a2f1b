"""`warmline hours`: operators' commands about opening hours, holidays and shifts. Reads what was asked, calls services."""
# ruff: noqa: PLC0415  (a command imports what it needs, so that the others start fast)

from typing import TYPE_CHECKING, Annotated

import typer

from bot.roster_cli import Who, run_on_database

if TYPE_CHECKING:
    from bot.services.context import Context
    from bot.settings import Settings

hours = typer.Typer(no_args_is_help=True, help="Opening hours, holidays and shifts: show and change.")

Week = Annotated[str, typer.Argument(help='Such as "mon-fri 09:00-17:00; sat 10:00-14:00", or "never".')]
Day = Annotated[str, typer.Argument(help="A date, such as 2026-12-25.")]
COUNTS = "It counts from now on; requests that wait are looked at again within ten minutes."


@hours.command()
def show() -> None:
    """When the line is open, on which days it is shut, and who works when."""

    async def do(context: "Context", _settings: "Settings") -> list[str]:
        from bot.domain.schedule import week_text
        from bot.services.hours import read_line
        from bot.services.roster import listing

        line = await read_line(context)
        where = "set here" if line.set_here else "as in clinic.yml"
        said = [f"Line ({context.clinic.timezone}, {where}): {week_text(line.week)}"]
        said.append(f"Closed on: {', '.join(map(str, line.closed)) or 'no day'}")
        for listed in await listing(context):
            shifts, name = listed.counselor.shifts, listed.counselor.name
            duty = "whenever the line is open" if shifts is None else week_text(shifts.duty)
            on_call = (
                "" if shifts is None or not any(shifts.on_call) else f"; on call {week_text(shifts.on_call)}"
            )
            said.append(f"{listed.counselor.id[:8]}  {name:<16} {duty}{on_call}")
        return said

    run_on_database(do)


@hours.command("set")
def set_(week: Week) -> None:
    """Set the weekly hours of the line. A day that is not named is closed."""

    async def do(context: "Context", _settings: "Settings") -> list[str]:
        from bot.domain.schedule import week_text
        from bot.services.hours import OPERATOR, read_line, set_week

        await set_week(context, OPERATOR, week)
        return [f"Open: {week_text((await read_line(context)).week)}. {COUNTS}"]

    run_on_database(do)


@hours.command()
def reset() -> None:
    """Go back to the weekly hours in clinic.yml."""

    async def do(context: "Context", _settings: "Settings") -> list[str]:
        from bot.services.hours import OPERATOR, reset_week

        await reset_week(context, OPERATOR)
        return [f"The hours are those of clinic.yml again. {COUNTS}"]

    run_on_database(do)


@hours.command()
def close(day: Day) -> None:
    """Shut the line on a day, such as a holiday."""

    async def do(context: "Context", _settings: "Settings") -> list[str]:
        from bot.services.hours import OPERATOR, close_day

        return [
            f"The line is closed on {await close_day(context, OPERATOR, day)}. A crisis is passed on all the same."
        ]

    run_on_database(do)


@hours.command()
def reopen(day: Day) -> None:
    """The usual hours again on a day that was closed."""

    async def do(context: "Context", _settings: "Settings") -> list[str]:
        from bot.services.hours import OPERATOR, reopen_day

        return [f"The usual hours count on {await reopen_day(context, OPERATOR, day)}."]

    run_on_database(do)


@hours.command()
def shifts(
    who: Who,
    duty: Annotated[str, typer.Argument(help='Such as "mon-fri 09:00-13:00", "always" or "never".')],
    on_call: Annotated[
        str | None, typer.Option(help="When a crisis may wake them, also while the line is shut.")
    ] = None,
) -> None:
    """Set when somebody works. "always": whenever the line is open."""

    async def do(context: "Context", _settings: "Settings") -> list[str]:
        from bot.services.hours import OPERATOR, set_shifts
        from bot.services.roster import find

        person = await find(context, who)
        await set_shifts(context, OPERATOR, person.id, duty, on_call)
        return [f"{person.name}'s shifts are set. {COUNTS}"]

    run_on_database(do)
