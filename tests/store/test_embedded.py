"""The embedded PostgreSQL: ours alone, gone when we are gone, and back at once. Real processes, no fakes."""

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from bot.store.embedded import AlreadyRunning, EmbeddedPostgres
from bot.store.postgres_places import EmbeddedError, account, cluster_name, processes_named

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can try it as somebody else")

# Runs a server, says where it is, and waits to be killed.
OWNER = """
import sys
from pathlib import Path
from bot.store.embedded import EmbeddedPostgres
pg = EmbeddedPostgres(Path(sys.argv[1]))
pg.start()
print(pg.pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all who do not mind what the others stored: only the first start takes a second."""
    return tmp_path_factory.mktemp("shared") / "home"


@pytest.fixture
def new_home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def pg(home: Path) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(home) as running:
        yield running


@pytest.fixture
def owner(home: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", OWNER, str(home)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def ask(pg: EmbeddedPostgres, question: str) -> object:
    with psycopg.connect(pg.dsn) as connection:
        row = connection.execute(question).fetchone()
    assert row
    return row[0]


def eventually(true: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.01)
    return False


def alive(pid: int) -> bool:
    """A zombie, which nobody has waited for, is not alive."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def psql_as(uid: int, pg: EmbeddedPostgres) -> subprocess.CompletedProcess[str]:
    psql = Path(f"/proc/{pg.pid}/exe").resolve().parent / "psql"
    command = [psql, "-h", pg.socket, "-U", "warmline", "-d", "warmline", "-Atc", "select current_user"]
    return subprocess.run(
        command, check=False, user=uid, group=uid, extra_groups=[], capture_output=True, text=True, cwd="/"
    )


def test_a_first_start_makes_the_database_and_says_so(new_home: Path) -> None:
    heard: list[str] = []
    with EmbeddedPostgres(new_home, progress=heard.append) as pg:
        assert ask(pg, "select current_database()") == "warmline"
        assert pg.poll() is None
    assert len(heard) == 2
    assert "first time" in heard[0]


def test_what_was_stored_is_there_after_a_restart_which_is_quiet(home: Path) -> None:
    with EmbeddedPostgres(home) as pg, psycopg.connect(pg.dsn) as connection:
        connection.execute("drop table if exists kept")
        connection.execute("create table kept as select 42 as answer")
    heard: list[str] = []
    with EmbeddedPostgres(home, progress=heard.append) as pg:
        assert ask(pg, "select answer from kept") == 42
    assert heard == []


def test_one_object_can_be_started_again(home: Path) -> None:
    pg = EmbeddedPostgres(home)
    for _ in range(2):
        pg.start()
        assert ask(pg, "select 1") == 1
        pg.stop()
    pg.stop()
    with pytest.raises(EmbeddedError, match="not been started"):
        pg.dsn  # noqa: B018 -- reading it is the test


def test_a_second_start_on_the_same_folder_is_refused_and_harms_nothing(pg: EmbeddedPostgres) -> None:
    with pytest.raises(AlreadyRunning, match="Stop it first"):
        EmbeddedPostgres(pg.home).start()
    assert ask(pg, "select 1") == 1


def test_a_second_start_is_refused_in_another_process_too(pg: EmbeddedPostgres) -> None:
    command = [sys.executable, "-c", OWNER, str(pg.home)]
    second = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert second.returncode != 0
    assert "AlreadyRunning" in second.stderr


def test_postgresql_ends_when_its_owner_is_killed_and_starts_again_at_once(
    home: Path, owner: subprocess.Popen[str]
) -> None:
    assert owner.stdout
    server = int(owner.stdout.readline())
    owner.kill()
    owner.wait()
    with EmbeddedPostgres(home) as pg:  # at once: nobody waited for the old server
        assert ask(pg, "select 1") == 1
        assert pg.pid != server
        assert not alive(server)


def test_a_killed_owner_leaves_no_process(home: Path, owner: subprocess.Popen[str]) -> None:
    assert owner.stdout
    owner.stdout.readline()
    name, uid = cluster_name(home / "data"), account()[0]
    assert processes_named(name, uid)
    owner.kill()
    owner.wait()
    assert eventually(lambda: not processes_named(name, uid))


def test_a_process_id_that_something_else_uses_by_now_does_not_stop_the_start(home: Path) -> None:
    with EmbeddedPostgres(home) as pg:
        stale = (pg.data / "postmaster.pid").read_text()
    first, _, rest = stale.partition("\n")
    (home / "data/postmaster.pid").write_text(f"{os.getppid()}\n{rest}")
    assert first != str(os.getppid())
    with EmbeddedPostgres(home) as pg:
        assert ask(pg, "select 1") == 1


def test_a_first_start_that_was_cut_off_is_made_anew(new_home: Path) -> None:
    half = new_home / "data.making"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with EmbeddedPostgres(new_home) as pg:
        assert ask(pg, "select 1") == 1
    assert not half.exists()


def test_the_end_of_postgresql_is_noticed(pg: EmbeddedPostgres) -> None:
    assert pg.pid
    os.kill(pg.pid, signal.SIGKILL)
    assert eventually(lambda: pg.poll() is not None)


def test_a_folder_below_closed_ones_works_and_none_is_opened(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    above = {folder: mode(folder) for folder in (closed, *closed.parents)}
    with EmbeddedPostgres(closed / "home") as pg:
        assert ask(pg, "select 1") == 1
        assert mode(pg.data) == 0o700
        assert mode(pg.home) == 0o700
    assert {folder: mode(folder) for folder in above} == above


def test_a_very_long_path_with_spaces_works(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / ("a long folder " * 8) / ("b" * 100) / "home") as pg:
        assert ask(pg, "select 1") == 1


def test_the_socket_lies_in_a_folder_for_postgresql_alone_that_goes_away(home: Path) -> None:
    with EmbeddedPostgres(home) as pg:
        folder = pg.socket
        assert mode(folder) == 0o700
        assert folder.stat().st_uid == account()[0]
    assert not folder.exists()


def test_nothing_listens_on_the_network(pg: EmbeddedPostgres) -> None:
    assert ask(pg, "show listen_addresses") == ""
    sockets = [os.readlink(link) for link in Path(f"/proc/{pg.pid}/fd").iterdir()]
    ours = {link[8:-1] for link in sockets if link.startswith("socket:[")}
    assert ours
    for table in ("tcp", "tcp6", "udp", "udp6"):
        lines = Path(f"/proc/{pg.pid}/net/{table}").read_text().splitlines()[1:]
        assert not ours & {line.split()[9] for line in lines}


@needs_root
def test_another_account_cannot_reach_the_socket(pg: EmbeddedPostgres) -> None:
    tried = psql_as(1, pg)
    assert tried.returncode != 0
    assert "Permission denied" in tried.stderr


@needs_root
def test_the_account_that_postgresql_runs_as_may_not_connect_as_us(pg: EmbeddedPostgres) -> None:
    tried = psql_as(account()[0], pg)
    assert tried.returncode != 0
    assert "Peer authentication failed" in tried.stderr


@needs_root
def test_root_is_given_up(pg: EmbeddedPostgres) -> None:
    status = Path(f"/proc/{pg.pid}/status").read_text()
    assert f"Uid:\t{account()[0]}\t{account()[0]}\t{account()[0]}" in status
    assert "CapEff:\t0000000000000000" in status


def test_a_data_folder_of_another_account_is_refused_kindly(new_home: Path) -> None:
    with EmbeddedPostgres(new_home):
        pass
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    os.chown(new_home / "data", 1, -1)
    with pytest.raises(EmbeddedError, match="belongs to user id 1"):
        EmbeddedPostgres(new_home).start()


def test_the_log_holds_nothing_of_a_failed_statement(pg: EmbeddedPostgres) -> None:
    with psycopg.connect(pg.dsn, autocommit=True) as connection:
        connection.execute("create temporary table once (word text unique)")
        connection.execute("insert into once values ('very private')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("insert into once values ('very private')")
        with pytest.raises(psycopg.errors.InvalidTextRepresentation):
            connection.execute("select 'very private'::int")
    assert "private" not in pg.log.read_text()


def test_it_is_started_from_the_main_thread_only(home: Path) -> None:
    raised: list[BaseException] = []

    def start() -> None:
        try:
            EmbeddedPostgres(home).start()
        except RuntimeError as error:
            raised.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert "main thread" in str(raised[0])
    with EmbeddedPostgres(home) as pg:  # and the lock is free again
        assert ask(pg, "select 1") == 1


def test_the_address_serves_other_drivers(pg: EmbeddedPostgres) -> None:
    assert pg.url == f"postgresql+psycopg://warmline@/warmline?host={pg.socket}"
    assert pg.url_for("postgresql+psycopg2").startswith("postgresql+psycopg2://warmline@/warmline?host=/")
