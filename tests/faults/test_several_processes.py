"""Several processes on one PostgreSQL of the operator's: one dies, or the database goes, and nobody is lost."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.store.embedded import EmbeddedPostgres
from tests.live import ROOT, Live, until


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """A database that is not the service's own: its end must not end the service."""
    with EmbeddedPostgres(tmp_path / "postgres") as running:
        yield running


def part(tmp_path: Path, name: str, command: str, server: EmbeddedPostgres) -> Live:
    env = {"DATABASE_URL": server.url_for("postgresql"), "WARMLINE_KEY_FILE": str(tmp_path / "master.key")}
    return Live(tmp_path / name, env, command)


def test_of_several_workers_one_is_killed_and_every_message_is_answered_once_in_order(
    tmp_path: Path, server: EmbeddedPostgres
) -> None:
    web = part(tmp_path, "web", "serve", server).start()
    workers = [part(tmp_path, f"worker-{n}", "worker", server) for n in (1, 2)]
    try:
        for worker in workers:
            worker.start()
        clients = [web.new_client() for _ in range(8)]
        asked = ["what does it cost?", "when should I see a therapist?", "how long does therapy take?"]
        for number, words in enumerate(asked):
            for client in clients:
                client.says(words)
            if number == 0:
                workers[0].kill()
        for client in clients:
            until(lambda client=client: len(client.texts()) >= len(asked), patience=60)
        until(lambda: web.http.get("/ready").status_code == 200)
        for client in clients:
            bodies = [text["text"] for text in client.texts()]
            assert len(bodies) == len(set(bodies)), bodies  # answered once
    finally:
        for process in (web, *workers):
            process.stop()


def test_a_database_outage_of_a_minute_is_said_and_then_everything_goes_on(
    tmp_path: Path, server: EmbeddedPostgres
) -> None:
    live = part(tmp_path, "all", "up", server).start()
    try:
        client = live.new_client()
        client.says("what does it cost?")
        client.hears()
        server.stop()
        until(lambda: live.http.get("/ready").status_code == 503)
        assert live.http.get("/health").status_code == 200
        assert live.process is not None
        with pytest.raises(subprocess.TimeoutExpired):
            live.process.wait(50)  # longer than a worker lives without its database
        server.start()
        until(lambda: live.http.get("/ready").status_code == 200, patience=60)
        before = len(client.texts())
        client.says("when should I see a therapist?")
        until(lambda: len(client.texts()) > before, patience=60)
    finally:
        live.stop()


def test_a_taken_port_is_named_on_the_terminal(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        live = Live(tmp_path / "data", {"WARMLINE_PORT": port})
        with pytest.raises(AssertionError, match="cannot listen there"):
            live.start()
        assert live.process is not None
        assert live.process.returncode == 1


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_a_part_without_a_shared_database_is_refused_in_plain_words(tmp_path: Path, command: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "bot.cli", command],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "WARMLINE_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert "DATABASE_URL" in ended.stderr


def test_metrics_are_numbers_without_a_word_and_are_not_on_the_public_pages(
    tmp_path: Path, server: EmbeddedPostgres
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    web = part(tmp_path, "web", "serve", server)
    web.env = {**web.env, "WARMLINE_INTERNAL_PORT": str(port)}
    web.start()
    try:
        web.new_client().says("a word that is nowhere: zeppelin")
        numbers = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
        assert "warmline_database_up 1.0" in numbers
        assert "warmline_messages_waiting 1.0" in numbers  # no worker runs
        assert "zeppelin" not in numbers
        assert web.http.get("/metrics").status_code == 404
    finally:
        web.stop()
