"""What an operator does with data: `warmline requests, find, export, erase, hold, release, audit, breach-report`, backups.

Each works while the service runs, and each is recorded. No address and no name is ever an argument: they would stand
in the list of processes and in the shell's history.
"""
# ruff: noqa: PLC0415  (a command imports what it needs, so that the others start fast)

import asyncio
import getpass
import json
import os
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

if TYPE_CHECKING:
    from bot.store.database import Database

T = TypeVar("T")
Conversation = Annotated[str, typer.Argument(help="The conversation's id, as `requests` and `find` show it.")]


def _fail(line: str) -> typer.Exit:
    typer.echo(f"warmline: {line}", err=True)
    return typer.Exit(1)


def _operator() -> str:
    """Who is at the terminal, for the audit."""
    return getpass.getuser()


def with_database(use: "Callable[[Database], Awaitable[T]]") -> T:
    """Run one piece of work on the database, whether the service runs or not."""
    from bot.places import made_ready, reached
    from bot.settings import load_settings
    from bot.store.database import Database

    async def run() -> T:
        settings = load_settings()
        with reached(settings) as place:
            vault = await asyncio.to_thread(made_ready, settings, place)
            database = Database(place.url, vault, pool_size=2)
            try:
                return await use(database)
            finally:
                await database.close()

    return asyncio.run(run())


def _print(value: Any) -> None:
    typer.echo(json.dumps(value, default=str, ensure_ascii=False, indent=1))


def requests() -> None:
    """What clients have asked for and nobody has done yet: erasures and copies of their data."""
    from bot.store import rights

    async def read(database: "Database") -> None:
        async with database.single() as tx:
            for one in await rights.open_requests(tx):
                typer.echo(f"{one.asked_at:%Y-%m-%d %H:%M} {one.kind} {one.conversation_id}")

    with_database(read)


def find(channel: Annotated[str, typer.Option(help="sms or telegram.")] = "sms") -> None:
    """Read a number or chat id from the standard input, and write the id of its conversation."""
    from bot.store import audit, rights

    address = sys.stdin.readline().strip()

    async def look(database: "Database") -> str | None:
        async with database.transaction() as tx:
            found = await rights.find(tx, channel, address)
            await audit.record(tx, "searched", actor="operator", actor_id=_operator(), conversation_id=found)
            return found

    found = with_database(look)
    if found is None:
        raise _fail("there is no conversation of that address.")
    typer.echo(found)


def export(
    conversation: Conversation,
    out: Annotated[Path, typer.Option(help="The file to write; it must not exist.")] = Path("export.json"),
) -> None:
    """Write what a client wrote, was sent and asked for. Make sure first that it is they who ask."""
    from bot.services import rights

    try:
        copy = with_database(lambda database: rights.export(database, conversation, _operator()))
    except rights.NotFound:
        raise _fail("there is no such conversation.") from None
    try:
        handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise _fail(f"{out} exists already.") from None
    with os.fdopen(handle, "w") as file:
        json.dump(copy, file, default=str, ensure_ascii=False, indent=1)
    typer.echo(f"Written to {out}, readable by you alone. Hand it over in the same channel, and remove it.")


def erase(
    conversation: Conversation,
    with_record: Annotated[
        bool, typer.Option(help="Also when counselors took part: you know that no law wants it kept.")
    ] = False,
) -> None:
    """Delete everything about a conversation, here and, where it can be, at Twilio and Telegram."""
    from bot.places import note_erasure
    from bot.services import rights
    from bot.settings import load_settings

    try:
        erased = with_database(
            lambda database: rights.erase(database, conversation, _operator(), with_record=with_record)
        )
    except rights.NotFound:
        raise _fail("there is no such conversation.") from None
    except rights.MustBeKept as reason:
        raise _fail(f"not erased: {reason}.") from None
    note_erasure(load_settings(), conversation)
    typer.echo(
        f"Erased: {erased.messages} messages. {erased.at_provider} are to be deleted at the provider, too."
    )
    typer.echo("Backups still hold it until they are too old; a restore erases it again.")


def hold(
    conversation: Conversation,
    reference: Annotated[str, typer.Option(help="A file number. No name.")],
) -> None:
    """Keep a conversation, whatever its age and whoever asks, until `release`."""
    from bot.services import rights

    placed = with_database(lambda database: rights.hold(database, conversation, reference, _operator()))
    typer.echo("It is held." if placed else "It was held already.")


def release(conversation: Conversation) -> None:
    """End a legal hold: from now on the conversation is removed when its time has come."""
    from bot.services import rights

    if not with_database(lambda database: rights.release(database, conversation, _operator())):
        raise _fail("it was not held.")
    typer.echo("It is not held any more.")


def audit(
    conversation: Annotated[str, typer.Option(help="Only what concerns this conversation.")] = "",
    who: Annotated[str, typer.Option(help="Only what this counselor or operator did.")] = "",
    limit: Annotated[int, typer.Option(help="At most so many, the newest.")] = 100,
) -> None:
    """Who read or did what, and when, as JSON Lines. Looking at it is recorded, too."""
    from bot.store import audit as store

    async def read(database: "Database") -> list[Any]:
        async with database.transaction() as tx:
            found = await store.entries(
                tx, conversation_id=conversation or None, actor_id=who or None, limit=limit
            )
            await store.record(tx, "audit:read", actor="operator", actor_id=_operator())
            return found

    for entry in with_database(read):
        typer.echo(json.dumps(vars(entry), default=str))


def breach_report(
    key: Annotated[int, typer.Option(help="Number of a stolen master key.")] = -1,
    session: Annotated[
        str, typer.Option(help="Id of the counselor or operator whose session was stolen.")
    ] = "",
    since: Annotated[datetime, typer.Option(help="From when the session was in other hands.")] = datetime.min,
    dump: Annotated[bool, typer.Option(help="A copy of the database, without keys.")] = False,
) -> None:
    """What a stolen key, session or dump would have exposed, in ids and counts, and until when people must be told."""
    from bot.services import breach

    now = datetime.now(UTC)
    if key >= 0:
        report = with_database(lambda database: breach.stolen_key(database, key))
    elif session:
        begun = (since if since != datetime.min else datetime(2000, 1, 1)).replace(tzinfo=UTC)
        report = with_database(lambda database: breach.stolen_session(database, session, begun, now))
    elif dump:
        report = with_database(breach.stolen_dump)
    else:
        raise _fail("say what was stolen: --key, --session or --dump.")
    _print(report.as_json(now))


def backup(out: Annotated[Path, typer.Argument(help="The file to write.")]) -> None:
    """Write an encrypted copy of the whole database, while the service runs. It opens with the master key only."""
    from bot.backups import BackupFailed
    from bot.backups import backup as write
    from bot.settings import load_settings

    try:
        size = write(load_settings(), out)
    except (BackupFailed, OSError) as problem:
        raise _fail(f"no backup was written: {problem}") from None
    typer.echo(f"{out}: {size} bytes before encryption. The master key is not in it: keep that elsewhere.")


def restore(
    source: Annotated[Path, typer.Argument(help="The backup.")],
    replace: Annotated[bool, typer.Option(help="Replace what is in the database now.")] = False,
) -> None:
    """Replace the database by a backup, while the service does not run. What was erased since is erased again."""
    from bot.backups import BackupFailed
    from bot.backups import restore as read
    from bot.settings import load_settings
    from bot.store.pieces import BackupBroken
    from bot.store.postgres_places import EmbeddedError

    if not replace:
        raise _fail("this replaces everything in the database. Say --replace when you mean it.")
    try:
        again = read(load_settings(), source, typer.echo)
    except (BackupBroken, BackupFailed, EmbeddedError, OSError) as problem:
        raise _fail(f"not restored: {problem}") from None
    typer.echo(f"Restored. {again} conversations that had been erased since were erased again.")


def add_to(app: typer.Typer) -> None:
    """Put these commands on the command line."""
    for command in (requests, find, export, erase, hold, release, audit, backup, restore):
        app.command()(command)
    app.command("breach-report")(breach_report)
