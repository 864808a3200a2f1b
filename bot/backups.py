"""Backup and restore of the whole database, encrypted; what was erased since is erased again after a restore."""

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import text

from bot.app import keys_of
from bot.places import Place, erasures, made_ready, postgres, reached
from bot.settings import Settings
from bot.store import audit, rights
from bot.store.database import Database
from bot.store.pieces import close, opened
from bot.store.postgres_places import installed

_VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",  # nosec B105 -- the name of a variable
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}
_KEPT = ("at", "actor", "actor_id", "what", "conversation_id", "handoff_id", "detail")


class BackupFailed(Exception):
    """PostgreSQL's own tool failed; the text is its last line, which holds no data."""


def backup(settings: Settings, out: Path) -> int:
    """Write an encrypted archive of the database. Bytes before encryption. Raises BackupFailed or OSError."""
    master = keys_of(settings).read()[0]
    with reached(settings) as place:
        making = out.with_name(out.name + ".making")
        command = [_tool("pg_dump"), "--format=custom", "--no-owner", "--no-privileges"]
        with os.fdopen(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
            with _run(command, place, stdout=subprocess.PIPE) as dumping:
                assert dumping.stdout is not None
                size = close(dumping.stdout, target, master)
                _check(dumping)
            target.flush()
            os.fsync(target.fileno())
        making.replace(out)
    return size


def restore(settings: Settings, source: Path, progress: Callable[[str], None]) -> int:
    """Replace the database by a backup. Returns how many conversations were erased again.

    Raises BackupBroken before anything is replaced, AlreadyRunning while the service runs, BackupFailed.
    """
    masters = keys_of(settings).read()
    with tempfile.TemporaryDirectory(dir=settings.data_dir, prefix="restoring-") as folder:
        archive = Path(folder) / "archive"
        with source.open("rb") as sealed, archive.open("wb") as plain:
            for piece in opened(sealed, masters):
                plain.write(piece)
        with postgres(settings, progress) as place:
            erased, kept = {*erasures(settings)}, list[tuple[Any, ...]]()
            if _has_tables(place):
                kept = _newer_audit(place)
                erased |= {str(row[4]) for row in kept if row[3] == "erased" and row[4]}
            _replace(place, archive)
            return asyncio.run(_replay(settings, place, erased, kept))


def _replace(place: Place, archive: Path) -> None:
    with psycopg.connect(place.owner_dsn, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS rasa CASCADE")
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    command = [_tool("pg_restore"), "--no-owner", "--no-privileges", "--exit-on-error"]
    with archive.open("rb") as stdin, _run(command, place, stdin=stdin) as restoring:
        _check(restoring)


async def _replay(settings: Settings, place: Place, erased: set[str], kept: list[tuple[Any, ...]]) -> int:
    """Bring what the backup did not know: the audit's newer rows, and erasures."""
    vault = await asyncio.to_thread(made_ready, settings, place)
    database, again = Database(place.url, vault, pool_size=2), 0
    try:
        async with database.transaction() as tx:
            newest = (await tx.run(text("SELECT max(at) FROM audit"))).scalar_one()
            for row in kept:
                if newest is None or row[0] > newest:
                    await tx.run(_ADD_AUDIT, dict(zip(_KEPT, row, strict=True)))
            for conversation_id in sorted(erased):
                known = await tx.one(_KNOWN, {"id": conversation_id})
                if known is not None:
                    await rights.erase(tx, conversation_id)
                    again += 1
            await audit.record(tx, "restored", actor="operator", detail=f"erased_again={again}")
    finally:
        await database.close()
    return again


_ADD_AUDIT = text(
    f"INSERT INTO audit ({', '.join(_KEPT)}) VALUES ({', '.join(':' + name for name in _KEPT)})"  # noqa: S608  # nosec B608 -- our own columns
)
_KNOWN = text("SELECT id FROM conversation WHERE id = :id FOR UPDATE")


def _has_tables(place: Place) -> bool:
    with psycopg.connect(place.owner_dsn) as connection:
        row = connection.execute("SELECT to_regclass('public.audit')").fetchone()
    return row is not None and row[0] is not None


def _newer_audit(place: Place) -> list[tuple[Any, ...]]:
    with psycopg.connect(place.owner_dsn) as connection:
        return connection.execute(f"SELECT {', '.join(_KEPT)} FROM audit ORDER BY id").fetchall()  # noqa: S608  # nosec B608


def _tool(name: str) -> str:
    """The wheel's own, or the system's."""
    ours = installed() / "bin" / name
    return str(ours) if ours.exists() else str(shutil.which(name) or name)


def _run(
    command: list[str], place: Place, *, stdin: IO[bytes] | None = None, stdout: int | None = None
) -> "subprocess.Popen[bytes]":
    """With address and password in the environment: a command line is for everybody to read."""
    known = conninfo_to_dict(place.owner_dsn)
    there = {_VARIABLES[name]: str(value) for name, value in known.items() if name in _VARIABLES}
    return subprocess.Popen(  # noqa: S603 -- our own command
        [*command, f"--dbname={known['dbname']}"],
        env={**os.environ, **there},
        stdin=stdin or subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
    )


def _check(tool: "subprocess.Popen[bytes]") -> None:
    assert tool.stderr is not None
    said = tool.stderr.read().decode(errors="replace").strip().splitlines()
    if tool.wait() != 0:
        raise BackupFailed(said[-1] if said else f"the tool ended with {tool.returncode}")
