"""Around a running service: nothing secret in the list of processes, nothing inside to be reached from outside."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from bot.places import reached
from bot.settings import Settings
from bot.store.roles import RASA, SERVICE
from tests.doubles.emulated import CLIENTS_BOT, STAFF_BOT, TOKEN
from tests.live import children_of
from tests.protocol.conftest import Connected

PROVIDERS = (TOKEN, CLIENTS_BOT, STAFF_BOT)
LOOPBACK = {"0100007F", "00000000000000000000000001000000"}  # 127.0.0.1 and ::1 as /proc/net writes them
INSIDE = ("/metrics", "/actions/webhook", "/webhooks/warmline/webhook", "/openapi.json", "/docs", "/status")


def _processes(connected: Connected) -> Iterator[int]:
    assert connected.live.process is not None
    waiting = [connected.live.process.pid]
    while waiting:
        pid = waiting.pop()
        yield pid
        waiting += children_of(pid)


def _read(pid: int, what: str) -> str:
    return Path(f"/proc/{pid}/{what}").read_bytes().replace(b"\0", b"\n").decode("utf-8", "replace")


def test_no_token_and_no_key_stands_in_the_list_of_processes(connected: Connected) -> None:
    lines = [_read(pid, "cmdline") for pid in _processes(connected)]
    assert len(lines) >= 4  # ours, PostgreSQL and its own, Rasa
    for line in lines:
        assert not [secret for secret in PROVIDERS if secret in line], line
        assert not re.findall(r"(?<![\w/.-])[A-Za-z0-9_-]{43,}={0,2}(?![\w/.-])", line), (
            line
        )  # keys and secrets of ours
        assert "://" not in line or "@" not in line, line


def test_rasas_process_is_given_nothing_of_the_providers_and_no_master_key(connected: Connected) -> None:
    given = _read(connected.live.children()["rasa"], "environ")
    assert "WARMLINE_TRACKER_KEY=file:" in given
    assert not [secret for secret in PROVIDERS if secret in given]
    assert "MASTER_KEY" not in given
    assert f"//{RASA}" in given
    assert SERVICE not in given


def test_everything_listens_on_this_machine_alone_until_an_operator_says_otherwise(
    connected: Connected,
) -> None:
    sockets = {
        Path(link).readlink().name
        for pid in _processes(connected)
        for link in Path(f"/proc/{pid}/fd").glob("*")
        if link.is_symlink()
    }
    listening = [
        fields
        for name in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]
        if (fields := line.split())[3] == "0A" and f"socket:[{fields[9]}]" in sockets
    ]
    assert len(listening) >= 4  # desk, webhooks, actions, Rasa
    assert {fields[1].rpartition(":")[0] for fields in listening} <= LOOPBACK


@pytest.mark.parametrize("path", INSIDE)
def test_what_is_inside_cannot_be_asked_for_from_outside(connected: Connected, path: str) -> None:
    for address in (connected.live.address, connected.live.env["WARMLINE_PUBLIC_URL"]):
        for method in ("GET", "POST"):
            answer = httpx.request(method, address + path, trust_env=False, timeout=10)
            assert answer.status_code == 404, (address, method)


def test_the_running_service_can_add_to_the_audit_and_can_change_nothing_in_it(connected: Connected) -> None:
    settings = Settings(data_dir=connected.live.data_dir)
    with reached(settings) as place, psycopg.connect(place.owner_dsn) as owner:
        accounts = owner.execute(
            "SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchall()
        assert {name for (name,) in accounts} <= {SERVICE, RASA}
        assert (SERVICE,) in accounts
        with psycopg.connect(place.dsn, autocommit=True) as service:
            service.execute("INSERT INTO audit (actor, what) VALUES ('service', 'added')")
            for attempt in ("UPDATE audit SET what = 'x'", "DELETE FROM audit", "TRUNCATE audit"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    service.execute(attempt)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                service.execute("ALTER TABLE audit DISABLE TRIGGER ALL")
        with pytest.raises(psycopg.errors.RaiseException):
            owner.execute("DELETE FROM audit")
