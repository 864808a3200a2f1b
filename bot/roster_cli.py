"""`warmline roster`: operators' commands about counselors. Reads what was asked for and calls services."""
# ruff: noqa: PLC0415  (a command imports what it needs, so that the others start fast)

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.services.context import Context
    from bot.settings import Settings

roster = typer.Typer(no_args_is_help=True, help="Counselors: add, list, enrol a phone, revoke, remove.")

Who = Annotated[str, typer.Argument(help="A name, or the beginning of an id as `list` shows it.")]


def run_on_database(do: "Callable[[Context, Settings], Awaitable[list[str]]]") -> None:
    """Do one thing on the database and print what it says. A problem is one sentence and exit code 1."""
    from sqlalchemy.exc import OperationalError

    from bot.clinic import ClinicProblem
    from bot.domain.schedule import BadHours
    from bot.operating import operating
    from bot.places import reached
    from bot.services.enrolment import EnrolmentProblem
    from bot.services.roster import RosterProblem
    from bot.settings import SettingsProblem, load_settings
    from bot.store.postgres_places import EmbeddedError

    async def work(settings: "Settings") -> list[str]:
        async with operating(settings, place) as context:
            return await do(context, settings)

    try:
        settings = load_settings()
        with reached(settings) as place:
            for line in asyncio.run(work(settings)):
                typer.echo(line)
    except (
        BadHours,
        RosterProblem,
        EnrolmentProblem,
        SettingsProblem,
        ClinicProblem,
        EmbeddedError,
    ) as problem:
        typer.echo(f"warmline: {problem}", err=True)
        raise typer.Exit(1) from None
    except OperationalError:
        typer.echo("warmline: the database cannot be reached. Is the address right?", err=True)
        raise typer.Exit(1) from None


@roster.command()
def add(
    name: Annotated[str, typer.Option(help="First name, as clients read it.")],
    role: Annotated[str, typer.Option(help="counselor or supervisor.")] = "counselor",
    gender: Annotated[str, typer.Option(help="woman, man or nonbinary, as they say it themselves.")] = "",
    language: Annotated[list[str] | None, typer.Option(help="A language's code; again for each.")] = None,
    trait: Annotated[list[str] | None, typer.Option(help="peer, trained:trauma and the like.")] = None,
    about: Annotated[str, typer.Option(help="A line that clients may read.")] = "",
    capacity: Annotated[int, typer.Option(help="Conversations at the same time.")] = 3,
) -> None:
    """Put a counselor on the roster. They are asked nothing, and cannot sign in, until a phone is enrolled."""

    async def do(context: "Context", _settings: "Settings") -> list[str]:
        from bot.services.roster import add, traits_of

        traits = traits_of(gender, language or ["en"], trait or [])
        made = await add(context, name=name, role=role, traits=traits, about=about, capacity=capacity)
        return [f"Added {name}, id {made[:8]}. Next: warmline roster enrol {made[:8]} --by telegram"]

    run_on_database(do)


@roster.command("list")
def list_() -> None:
    """Everybody on the roster: id, name, role, phone, traits, conversations held."""

    async def do(context: "Context", _settings: "Settings") -> list[str]:
        from bot.services.roster import listing

        lines = []
        for listed in await listing(context):
            c = listed.counselor
            there = "away" if c.away else "there"
            traits = ", ".join(sorted(c.traits))
            held = f"{c.holding} of {c.capacity}"
            lines.append(
                f"{c.id[:8]}  {c.name:<16} {c.role:<10} {listed.phone:<10} {there:<5}  {held:<8} {traits}"
            )
        if any(listed.phone == "none" for listed in await listing(context)):
            lines.append("Who has no phone is asked nothing and cannot sign in: warmline roster enrol NAME")
        return lines or ["Nobody yet. Begin with: warmline roster add --name NAME"]

    run_on_database(do)


@roster.command()
def enrol(
    who: Who,
    by: Annotated[str, typer.Option(help="telegram or sms.")],
) -> None:
    """Invite a counselor's phone: prints a link (Telegram) or a code (SMS) for that person alone."""

    async def do(context: "Context", settings: "Settings") -> list[str]:
        from bot.services.enrolment import invite
        from bot.services.roster import RosterProblem, find

        channel = {"telegram": "staff-telegram", "sms": "staff-sms"}.get(by)
        if channel is None:
            raise RosterProblem("enrol by telegram or by sms")
        if channel not in context.channels:
            missing = "WARMLINE_TELEGRAM_STAFF_TOKEN" if by == "telegram" else "WARMLINE_TWILIO_STAFF_NUMBER"
            raise RosterProblem(f"there is no such line for staff: set {missing}")
        counselor = await find(context, who)
        invitation = await invite(context, counselor.id, channel)
        minutes = f"within 15 minutes (until {invitation.expires_at.astimezone(context.clinic.zone):%H:%M})"
        then = f"Then they read you a number: warmline roster confirm {counselor.id[:8]} NUMBER"
        if by == "sms":
            from bot.domain.enrolment import in_groups

            code = f"JOIN {in_groups(invitation.token)}"
            return [f"{counselor.name} texts this to {settings.twilio_staff_number} {minutes}:", code, then]
        return [f"{counselor.name} opens this {minutes}:", await _link(settings, invitation.token), then]

    run_on_database(do)


async def _link(settings: "Settings", token: str) -> str:
    """The deep link. When Telegram does not tell the bot's name, what to type instead."""
    from telegram.error import TelegramError

    from bot.domain.enrolment import deep_link
    from bot.receiving import telegram_bots

    bots = telegram_bots(settings)
    staff = next(bot for bot in bots if bot.name == "staff-telegram")
    try:
        return deep_link((await staff.connection.bot.get_me()).username or "", token)
    except TelegramError:
        return f"/start {token}   (Telegram cannot be reached for the bot's name: send this to the staff bot)"
    finally:
        for bot in bots:
            await bot.connection.close()


@roster.command()
def confirm(who: Who, number: Annotated[str, typer.Argument(help="The four digits on their phone.")]) -> None:
    """Bind the phone that used the invitation, when its number is the one the counselor reads to you."""

    async def do(context: "Context", _settings: "Settings") -> list[str]:
        from bot.services import enrolment
        from bot.services.roster import find

        counselor = await find(context, who)
        await enrolment.confirm(context, counselor.id, number)
        return [f"{counselor.name}'s phone is enrolled."]

    run_on_database(do)


@roster.command()
def revoke(who: Who) -> None:
    """End somebody's access at once: phone, offers, conversations. They stay on the roster; `enrol` brings them back."""
    run_on_database(_ending(who, remove=False))


@roster.command()
def remove(who: Who) -> None:
    """Revoke, and take them off the roster for good."""
    run_on_database(_ending(who, remove=True))


def _ending(who: str, *, remove: bool) -> "Callable[[Context, Settings], Awaitable[list[str]]]":
    async def do(context: "Context", _settings: "Settings") -> list[str]:
        from bot.services.enrolment import revoke
        from bot.services.roster import find

        counselor = await find(context, who)
        await revoke(context, counselor.id, remove=remove)
        done = "removed" if remove else "revoked"
        return [
            f"{counselor.name} is {done}. What they held goes back to the others (by the running service)."
        ]

    return do
