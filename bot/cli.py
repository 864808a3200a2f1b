"""The command line. Reads what was asked for and calls one function; imports the heavy parts only then."""
# ruff: noqa: PLC0415  (a command imports what it needs, so that the others start fast)

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated, Literal

import typer

from bot import cli_data
from bot.cli_drill import drill
from bot.cli_keys import keys
from bot.cli_review import review
from bot.hours_cli import hours
from bot.roster_cli import roster

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(keys, name="keys")
app.add_typer(review, name="review")
app.add_typer(roster, name="roster")
app.add_typer(hours, name="hours")
cli_data.add_to(app)
app.command()(drill)


def _say(line: str) -> None:
    typer.echo(line)


def _fail(line: str) -> "typer.Exit":
    typer.echo(f"warmline: {line}", err=True)
    return typer.Exit(1)


@app.command()
def up() -> None:
    """Run everything: database, Rasa, the bot service, the page of phones and the desk."""
    _run("all")


@app.command()
def serve() -> None:
    """Run the web part alone: webhooks, desk and pages. Several of them may share one DATABASE_URL."""
    _run("web")


@app.command()
def worker() -> None:
    """Run the job part alone, with a Rasa of its own. Several of them may share one DATABASE_URL."""
    _run("jobs")


def _run(part: Literal["all", "web", "jobs"]) -> None:
    import uvloop
    from sqlalchemy.exc import OperationalError

    from bot.clinic import ClinicProblem
    from bot.log import set_up_logging
    from bot.running import up as run_everything
    from bot.settings import SettingsProblem, load_settings
    from bot.store.embedded import AlreadyRunning
    from bot.store.keys import KeysUnusable
    from bot.store.postgres_places import EmbeddedError
    from bot.store.vault import CannotOpen

    try:
        settings = load_settings()
        if part != "all" and settings.database_url is None:
            raise _fail("parts that run apart share a database: set DATABASE_URL.")
        if not settings.model_file.exists():
            raise _fail("there is no trained model yet. Run `make setup` or `warmline train`.")
        set_up_logging(settings.log_level, None if settings.log_to_terminal else settings.data_dir / "logs")
        uvloop.run(run_everything(settings, _say, part))
    except AlreadyRunning as problem:
        raise _fail(str(problem) or (AlreadyRunning.__doc__ or "")) from None
    except (SettingsProblem, ClinicProblem, EmbeddedError, KeysUnusable) as problem:
        raise _fail(str(problem)) from None
    except CannotOpen:
        raise _fail(
            "the master key is not the one that this data was sealed with. Bring back the key (docs/how-to/keys.md)."
        ) from None
    except OperationalError:
        raise _fail(
            "the database at DATABASE_URL cannot be reached. Is it running, and is the address right?"
        ) from None
    except OSError as problem:
        raise _fail(
            f"cannot listen there: {problem.strerror or problem}. Set WARMLINE_PORT to another port."
        ) from None


@app.command()
def doctor() -> None:
    """Look at settings, files, database, roster, Twilio and Telegram, and say what to do. Changes nothing."""
    from bot.doctor.run import doctor as run

    raise typer.Exit(run(_say))


@app.command()
def screen() -> None:
    """Read JSON Lines {"id","text"}; write {"id","verdict","kinds","about","evidence"}."""
    from bot.screen.jsonl import main as run

    run()


@app.command()
def understand() -> None:
    """Read JSON Lines {"id","text"}; write {"id","topic","intent","confidence","in_scope"}."""
    from bot.dialogue.understand import understand as run

    for line in run(sys.stdin):
        sys.stdout.write(line.rstrip("\n") + "\n")


@app.command()
def benchmark_nlu(
    train: Annotated[Path, typer.Argument(help="CSV with the columns sentence and label.")],
    test: Annotated[Path, typer.Argument(help="The same; rows with --oos-label are out of scope.")],
    oos_label: Annotated[
        str, typer.Option(help="The label of what is out of scope; the training may have some or none.")
    ] = "oos",
) -> None:
    """Train the pipeline on any labelled sentences and print how well it understands.

    In-scope accuracy counts a row that was taken for out of scope as wrong. Nothing is chosen on TEST: the limit
    gives up at most 2.5 % of the training rows that would have been right, by models that had not seen them.
    """
    from bot.dialogue.benchmark import BenchmarkFailed, benchmark
    from bot.dialogue.rasa_python import RasaMissing

    try:
        for line in benchmark(train, test, oos_label):
            _say(line)
    except (BenchmarkFailed, RasaMissing) as problem:
        raise _fail(str(problem)) from None


@app.command()
def train(
    if_changed: Annotated[bool, typer.Option(help="Only when the training data changed.")] = False,
) -> None:
    """Train the dialogue's model and the safety screen's classifier from this repository's data."""
    from bot.dialogue import train as dialogue
    from bot.screen import retrain as screen
    from bot.settings import ROOT, load_settings

    out = load_settings().encoder_dir.parent / "screen"
    with ThreadPoolExecutor(
        1
    ) as beside:  # Rasa trains in a process of its own, the screen meanwhile in this one
        other = None
        if not if_changed or dialogue.needs_training():
            other = beside.submit(dialogue.train, _say)
        if not if_changed or screen.needs_training(ROOT, out):
            screen.retrain(ROOT, out, _say)
        if other is not None:
            other.result()


@app.command()
def talk(
    address: Annotated[str, typer.Option(help="A running `warmline up`; started when there is none.")] = "",
    counselor: Annotated[
        str, typer.Option("--as", help="Talk as a demonstration counselor, for example maria.")
    ] = "",
    telegram: Annotated[bool, typer.Option(help="Talk as a Telegram-like phone, with buttons.")] = False,
) -> None:
    """Chat in the terminal, through the whole path."""
    from bot.talking import talk as run

    asyncio.run(run(address, counselor, "telegram" if telegram else "sms"))


def main() -> None:
    """The entry point `warmline`."""
    app(prog_name=Path(sys.argv[0]).name)


if __name__ == "__main__":
    main()
