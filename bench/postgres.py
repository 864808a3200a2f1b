"""A PostgreSQL for measuring: one that has pg_stat_statements, which the embedded one lacks. It ends when we end."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from bench.tools import postgres_with_modules
from bot.lifeline import tied_to_us
from bot.store.postgres_places import account, account_name

SETTINGS = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "max_wal_size": "2GB",
    "jit": "off",
    "shared_preload_libraries": "pg_stat_statements",
    "pg_stat_statements.track": "all",  # what runs inside our functions, too
    "pg_stat_statements.max": "5000",
    "log_min_error_statement": "panic",
}
USER = "warmline"


@contextmanager
def measuring_postgres() -> Iterator[str]:
    """The folder of the socket of a server with an empty cluster, which goes away with the block."""
    uid, gid = account()
    home = Path(tempfile.mkdtemp(prefix="warmline-bench-", dir="/tmp"))
    binaries, data = _readable(home, uid), home / "data"
    data.mkdir(mode=0o700)
    for folder in (home, data):
        os.chown(folder, uid, gid)
    try:
        _run(
            binaries, home, ["initdb", "-D", str(data), "-U", USER, "--auth=peer", "--locale=C.UTF-8"]
        ).wait()
        (data / "pg_ident.conf").write_text(f'ours "{account_name()}" {USER}\n')
        (data / "pg_hba.conf").write_text(f"local all {USER} peer map=ours\n")
        words = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        server = _run(binaries, home, ["postgres", "-D", str(data), "-k", str(home), *words])
        try:
            _wait(home)
            yield str(home)
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(60)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _readable(home: Path, uid: int) -> Path:
    """The binaries where the account that runs them can read them."""
    if os.geteuid() != 0:
        return postgres_with_modules()
    copied = home / "pginstall"
    shutil.copytree(postgres_with_modules(), copied, symlinks=True)
    for folder, _, names in os.walk(copied):
        for name in (".", *names):
            os.chown(Path(folder, name), uid, -1, follow_symlinks=False)
    return copied


def _run(binaries: Path, home: Path, command: list[str]) -> subprocess.Popen[bytes]:
    argv = [str(binaries / "bin" / command[0]), *command[1:]]
    user = account() if os.geteuid() == 0 else None
    with (home / "log").open("ab") as log:
        return subprocess.Popen(  # noqa: S603 -- our own command
            tied_to_us(argv, signal.SIGINT, user),
            cwd=home,
            env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _wait(home: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(host=str(home), user=USER, dbname="postgres").close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise SystemExit(f"PostgreSQL did not start: {(home / 'log').read_text()[-500:]}") from None
            time.sleep(0.05)
        else:
            return
