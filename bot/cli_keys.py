"""`warmline keys`: list, rotate, drop. Each works while the service runs."""
# ruff: noqa: PLC0415  (a command imports what it needs, so that the others start fast)

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.settings import Settings

keys = typer.Typer(no_args_is_help=True, help="The master keys that seal the database.")
SETTLE = 3.0  # seconds until every running process has seen a new key, three times over


@keys.command("list")
def list_keys() -> None:
    """The numbers of the keys, the newest first. A number says nothing about its key."""
    from bot.app import keys_of
    from bot.settings import load_settings
    from bot.store.keys import key_id

    newest, *older = (key_id(master) for master in keys_of(load_settings()).read())
    typer.echo(f"{newest}  seals and opens")
    for number in older:
        typer.echo(f"{number}  opens what it sealed, backups too")


@keys.command()
def rotate(
    only_reseal: Annotated[bool, typer.Option(help="Make no new key: go on with the newest.")] = False,
) -> None:
    """Put a new key in front and seal everything with it, in small batches, while the service runs."""
    from bot.app import keys_of
    from bot.settings import load_settings
    from bot.store.keys import KeyFile

    settings = load_settings()
    source = keys_of(settings)
    if isinstance(source, KeyFile) and not only_reseal:
        source.read()  # made when there is none yet
        typer.echo(f"New key: {source.add()}. Keep a copy of {source.path} apart from the database.")
    elif not only_reseal:
        typer.echo("The keys come from WARMLINE_MASTER_KEY, so the first one there is used (see docs).")
    asyncio.run(_reseal(settings))


async def _reseal(settings: "Settings") -> None:
    from bot.places import made_ready, reached
    from bot.store import audit
    from bot.store.database import Database
    from bot.store.reseal import reseal_all

    with reached(settings) as place:
        vault = await asyncio.to_thread(made_ready, settings, place)
        database = Database(place.url, vault)
        total = found = 0
        try:
            while True:  # what a process sealed before it saw the new key is found by the next pass
                await asyncio.sleep(SETTLE if not total else 0)
                found = 0
                async for table, rows in reseal_all(database):
                    found += rows
                    typer.echo(f"{table}: {rows}")
                total += found
                if not found:
                    break
            async with database.single() as tx:
                await audit.record(tx, "keys:rotated", actor="operator", detail=f"newest={vault.newest}")
        finally:
            await database.close()
    typer.echo(f"Everything is sealed with key {vault.newest}; {total} rows were sealed again.")


@keys.command()
def drop(
    number: Annotated[int, typer.Argument(help="The number of the key, as `keys list` shows it.")],
) -> None:
    """Forget an old key for good. Backups that it sealed cannot be opened any more: wait until they are too old."""
    from bot.app import keys_of
    from bot.settings import load_settings
    from bot.store.keys import KeyFile, KeysUnusable

    source = keys_of(load_settings())
    if not isinstance(source, KeyFile):
        typer.echo("warmline: take it out of WARMLINE_MASTER_KEY instead.", err=True)
        raise typer.Exit(1)
    try:
        source.drop(number)
    except KeysUnusable as problem:
        typer.echo(f"warmline: {problem}.", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"Key {number} is forgotten.")
