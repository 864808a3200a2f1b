"""`warmline review`: label what the bot did not understand, and write the labels as examples. Trains nothing."""
# ruff: noqa: PLC0415  (a command imports what it needs, so that the others start fast)

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.store.database import Database
    from bot.store.reviews import Review

review = typer.Typer(
    invoke_without_command=True, help="What the bot did not understand: list, label, export as examples."
)
_HELP = (
    "Enter takes the suggestion; a number takes a guess; - means no intent; d forgets it; s skips; q ends."
)


@review.callback()
def label_all(context: typer.Context) -> None:
    """Go through what waits for a label, the most frequent first."""
    if context.invoked_subcommand is None:
        asyncio.run(_with_database(_label_all))


@review.command("list")
def list_open() -> None:
    """One line for each text that waits: its number, how often it was written, the text, the suggestion."""
    asyncio.run(_with_database(_list))


@review.command()
def label(
    number: Annotated[int, typer.Argument(help="As `review list` shows it.")],
    intent: Annotated[str, typer.Argument(help="An intent of domain.yml, or - for none.")],
) -> None:
    """Say what one text means."""

    async def run(database: "Database") -> None:
        await _label(database, number, intent)

    asyncio.run(_with_database(run))


@review.command()
def export(
    folder: Annotated[Path, typer.Argument(help="Where the files are written.")] = Path("review"),
) -> None:
    """Write the labelled texts as YAML examples. Read every line before you commit it: clients wrote them."""

    async def run(database: "Database") -> None:
        from bot.services import review as service

        files = await service.export(database)
        _write(folder, files)

    asyncio.run(_with_database(run))


async def _with_database(run: "Callable[[Database], Awaitable[None]]") -> None:
    from bot.places import made_ready, reached
    from bot.settings import load_settings
    from bot.store import audit
    from bot.store.database import Database

    settings = load_settings()
    with reached(settings) as place:
        database = Database(place.url, await asyncio.to_thread(made_ready, settings, place))
        try:
            async with database.single() as tx:
                await audit.record(tx, "review:read", actor="operator")
            await run(database)
        finally:
            await database.close()


async def _list(database: "Database") -> None:
    from bot.services import review as service

    for one in await service.list_open(database):
        typer.echo(f"{one.id}\t{one.times}x\t{one.text}\t{suggestion(one) or '?'}")


async def _label_all(database: "Database") -> None:
    from bot.services import review as service

    waiting = await service.list_open(database)
    typer.echo(f"{len(waiting)} texts wait. {_HELP}" if waiting else "Nothing waits for a label.")
    for one in waiting:
        if not await _ask_about(database, one):
            return


async def _ask_about(database: "Database", one: "Review") -> bool:
    """False when the operator has had enough."""
    from bot.services import review as service

    choices = [*dict.fromkeys(filter(None, (one.meant, *one.guesses)))]
    typer.echo(f"\n{one.text}\n  {_in_words(one)}")
    typer.echo("  " + ", ".join(f"{n} = {intent}" for n, intent in enumerate(choices, start=1)))
    said = typer.prompt("  intent", default=suggestion(one) or "s").strip()
    if said == "q":
        return False
    if said == "d":
        await service.drop(database, one.id)
    elif said != "s":
        picked = choices[int(said) - 1] if said.isdigit() and 0 < int(said) <= len(choices) else said
        await _label(database, one.id, picked)
    return True


async def _label(database: "Database", number: int, intent: str) -> None:
    from bot.dialogue.understand import read_topics
    from bot.services import review as service

    try:
        await service.label(database, number, intent, read_topics())
    except service.NoSuchIntent:
        typer.echo(f"warmline: {intent} is no intent of domain.yml, so nothing was labelled.", err=True)
    except service.NoSuchReview:
        typer.echo(f"warmline: there is no text {number} any more.", err=True)


def suggestion(one: "Review") -> str | None:
    """What its writer chose, or the likeliest reading; None after a correction, where that was wrong."""
    if one.kind == "corrected":
        return one.meant
    return one.meant or next(iter(one.guesses), None)


_KINDS = {
    "not_understood": "was not understood",
    "chosen": "was asked about",
    "corrected": "was answered, and the client said it was not what they meant",
}


def _in_words(one: "Review") -> str:
    chosen = f"; the client chose {one.meant}" if one.meant else ""
    return f"{_KINDS[one.kind]}{chosen}; {one.times}x, last on {one.seen_on}, {one.language}"


def _write(folder: Path, files: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    written: Sequence[Path] = [folder / f"{language}.yml" for language in files]
    for path, text in zip(written, files.values(), strict=True):
        path.write_text(text, encoding="utf-8")
        typer.echo(f"{path}: put its examples into {'data/nlu' if path.stem == 'en' else 'data/spanish'}.")
    if not written:
        typer.echo("No text has a label yet.")
