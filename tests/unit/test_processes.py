"""A helper program is started, found ready, started again when it ends, and never outlives us."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from itertools import islice
from pathlib import Path

import httpx
import pytest

from bot.lifeline import tied_to_us
from bot.processes import (
    Command,
    ProcessFailedError,
    Supervised,
    answers_at,
    back_off,
    free_port,
    rasa_command,
)

SERVER = """
import http.server, os, sys
print("token" in os.environ, flush=True)
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(int(sys.argv[2])); self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
"""
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.pause()"


def command(*argv: str, **env: str) -> Command:
    return Command((sys.executable, "-u", "-c", *argv), env, Path("/"))


async def eventually(true: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < deadline:
        if true():
            return True
        await asyncio.sleep(0.01)
    return False


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


async def never() -> bool:
    return False


async def always() -> bool:
    return True


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Supervised]:
    port = free_port()
    program = command(SERVER, str(port), "200")
    probe = answers_at(f"http://127.0.0.1:{port}/")
    supervised = Supervised("server", program, probe, tmp_path / "logs/server.log", pauses=(0.01, 0.05))
    await supervised.start()
    yield supervised
    await supervised.stop()


async def test_it_is_ready_when_it_answers(server: Supervised) -> None:
    await server.until_ready()
    assert server.is_ready
    assert (server.starts, server.restarts) == (1, 0)


async def test_it_is_started_again_when_it_ends(server: Supervised) -> None:
    await server.until_ready()
    first = server.pid
    assert first
    os.kill(first, signal.SIGKILL)
    assert await eventually(lambda: server.ends == 1)
    await server.until_ready()
    assert server.pid not in {None, first}
    assert server.restarts == 1


async def test_stop_leaves_nothing_running(server: Supervised) -> None:
    await server.until_ready()
    first = server.pid
    assert first
    await server.stop()
    assert not alive(first)
    assert server.pid is None
    assert not server.is_ready


async def test_a_program_deaf_to_the_request_is_ended(tmp_path: Path) -> None:
    supervised = Supervised("deaf", command(DEAF), always, tmp_path / "log", stop_seconds=0.2)
    await supervised.start()
    await supervised.until_ready()
    pid = supervised.pid
    assert pid
    await supervised.stop()
    assert not alive(pid)


async def test_a_program_that_ends_at_once_is_reported_with_its_last_words(tmp_path: Path) -> None:
    program = command("raise SystemExit('no such model')")
    supervised = Supervised("rasa", program, never, tmp_path / "log", pauses=(30, 30))
    await supervised.start()
    with pytest.raises(ProcessFailedError, match="no such model"):
        await supervised.until_ready()
    await supervised.stop()


async def test_a_program_that_keeps_ending_is_tried_again_and_again(tmp_path: Path) -> None:
    supervised = Supervised("hasty", command(""), never, tmp_path / "log", pauses=(0.01, 0.02))
    await supervised.start()
    assert await eventually(lambda: supervised.starts >= 4)
    await supervised.stop()
    assert supervised.ends >= 3


def test_the_pause_between_starts_doubles_up_to_its_limit() -> None:
    assert list(islice(back_off(0.5, 3), 5)) == [0.5, 1, 2, 3, 3]


async def test_a_program_that_never_answers_is_started_again(tmp_path: Path) -> None:
    program = command("import signal; signal.pause()")
    supervised = Supervised("mute", program, never, tmp_path / "log", ready_seconds=0.05, pauses=(0.01, 0.01))
    await supervised.start()
    first = supervised.pid
    assert first
    assert await eventually(lambda: supervised.starts >= 2)
    assert not alive(first)
    await supervised.stop()


async def test_output_goes_to_a_private_file_and_the_last_one_is_kept(tmp_path: Path) -> None:
    output = tmp_path / "logs/talker.log"
    for words in ("first", "second"):
        program = command(f"print({words!r}, flush=True); import signal; signal.pause()")
        supervised = Supervised("talker", program, always, output)
        await supervised.start()
        assert await eventually(lambda words=words: words in output.read_text())  # type: ignore[misc]
        await supervised.stop()
    assert output.stat().st_mode & 0o077 == 0
    assert output.with_name("talker.log.1").read_text() == "first\n"


async def test_the_program_knows_its_own_environment_only(tmp_path: Path) -> None:
    program = command("import os; print(sorted(os.environ))", SECRET="x")
    supervised = Supervised("curious", program, always, tmp_path / "log", pauses=(30, 30))
    await supervised.start()
    assert await eventually(lambda: "SECRET" in (tmp_path / "log").read_text())
    await supervised.stop()
    assert "HOME" not in (tmp_path / "log").read_text()


async def test_a_fault_or_silence_is_not_ready(tmp_path: Path) -> None:
    port = free_port()
    assert not await answers_at(f"http://127.0.0.1:{port}/")()
    url = f"http://127.0.0.1:{port}/"
    supervised = Supervised("ill", command(SERVER, str(port), "503"), always, tmp_path / "log")
    await supervised.start()

    async def status() -> int:
        try:
            async with httpx.AsyncClient(trust_env=False) as client:
                return (await client.get(url)).status_code
        except httpx.HTTPError:
            return 0

    deadline = asyncio.get_running_loop().time() + 10
    while await status() != 503:
        assert asyncio.get_running_loop().time() < deadline
    assert not await answers_at(url)()
    await supervised.stop()


def test_a_free_port_can_be_bound() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", free_port()))


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
def test_a_child_ends_when_its_parent_is_killed(ending: signal.Signals) -> None:
    parent = (
        "import subprocess, sys, signal; from bot.lifeline import tied_to_us;"
        f"child = subprocess.Popen(tied_to_us(['/bin/sleep', '60'], signal.Signals({int(ending)})));"
        "print(child.pid, flush=True); signal.pause()"
    )
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        child = int(process.stdout.readline())
        assert alive(child)
        process.kill()
    assert asyncio.run(eventually(lambda: not alive(child)))


def test_a_child_whose_parent_has_gone_before_it_began_does_not_run() -> None:
    somebody_else = tied_to_us(["/bin/echo", "ran"], signal.SIGKILL)
    somebody_else[4] = "1"
    tried = subprocess.run(somebody_else, capture_output=True, text=True, check=False)
    assert tried.returncode != 0
    assert "ran" not in tried.stdout
    assert "already ended" in tried.stderr


def test_a_child_gets_pipes_that_break_as_usual() -> None:
    look = tied_to_us(["/bin/sh", "-c", "grep SigIgn /proc/self/status"], signal.SIGKILL)
    ignored = int(subprocess.run(look, capture_output=True, text=True, check=True).stdout.split()[1], 16)
    assert not ignored & 1 << (signal.SIGPIPE - 1)


def test_a_child_is_not_tied_to_a_passing_thread() -> None:
    raised: list[str] = []

    def tie() -> None:
        try:
            tied_to_us(["/bin/true"], signal.SIGKILL)
        except RuntimeError as error:
            raised.append(str(error))

    thread = threading.Thread(target=tie)
    thread.start()
    thread.join()
    assert "main thread" in raised[0]


def test_rasas_command_line_and_environment_keep_its_secrets_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "provider-secret")
    root = Path("/somewhere/with a space")
    found = rasa_command(
        root,
        python=root / "rasa-env/.venv/bin/python",
        model=root / "models/m.tar.gz",
        port=5005,
        token="the-token",
        variables={"WARMLINE_RASA_SECRET": "the-secret"},
    )
    assert found.cwd == root
    assert "the-token" not in " ".join(found.argv)
    assert found.argv[found.argv.index("-i") + 1] == "127.0.0.1"
    assert found.env["WARMLINE_RASA_SECRET"] == "the-secret"
    assert found.env["RASA_TELEMETRY_ENABLED"] == "false"
    assert not {name for name in found.env if name.startswith("TF_")}  # Rasa would look for TensorFlow
    assert "provider-secret" not in found.env.values()


def test_rasas_token_arrives_as_its_argument(tmp_path: Path) -> None:
    (tmp_path / "rasa").mkdir()
    (tmp_path / "rasa/__init__.py").touch()
    (tmp_path / "rasa/__main__.py").write_text(
        "import os, sys\ndef main(): print(sys.argv[1:], 'WARMLINE_RASA_TOKEN' in os.environ)\n"
    )
    found = rasa_command(
        tmp_path, python=Path(sys.executable), model=Path("m"), port=1, token="the-token", variables={}
    )
    ran = subprocess.run(
        found.argv,
        env={**found.env, "PYTHONPATH": str(tmp_path)},
        cwd=found.cwd,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.startswith("['run', '-i', '127.0.0.1', '-p', '1', '--enable-api', '--model', 'm'")
    assert ran.stdout.endswith("'--auth-token', 'the-token'] False\n")
