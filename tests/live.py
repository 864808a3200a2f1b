"""A whole running Warmline in its own processes, for tests: started like an operator does, driven over HTTP."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 150.0
PATIENCE = 30.0


def until(what: Callable[[], Any], patience: float = PATIENCE) -> Any:
    """Poll until `what` gives something true; fails with the last value when it never does."""
    deadline, last = time.monotonic() + patience, None
    while time.monotonic() < deadline:
        with suppress(httpx.HTTPError):
            last = what()
            if last:
                return last
        time.sleep(0.05)
    raise AssertionError(f"did not happen within {patience} s; last: {last!r}")


class Listener(ABC):
    """Somebody who hears texts one after the other, whatever brings them. `heard` is the last one they listened to."""

    id: str
    heard: int

    @abstractmethod
    def texts(self) -> list[dict[str, Any]]:
        """Every text that came, oldest first, each with a growing "id"."""

    def unheard(self) -> list[str]:
        return [text["text"] for text in self.texts() if text["id"] > self.heard]

    def catches_up(self) -> None:
        """What came until now counts as heard."""
        self.heard = max((text["id"] for text in self.texts()), default=0)

    def hears(self, words: str = "", patience: float = PATIENCE) -> str:
        """The next text that holds these words."""

        def look() -> str | None:
            for text in self.texts():
                if text["id"] > self.heard and words.lower() in text["text"].lower():
                    self.heard = text["id"]
                    return str(text["text"])
            return None

        try:
            return str(until(look, patience))
        except AssertionError:
            raise AssertionError(f"{self.id} did not hear {words!r}; heard: {self.unheard()}") from None


@dataclass
class LivePhone(Listener):
    """One simulated phone of a running Warmline."""

    http: httpx.Client
    id: str
    heard: int = 0

    def says(self, text: str) -> None:
        sent = self.http.post(f"/phones/api/handsets/{self.id}/texts", json={"text": text})
        assert sent.status_code == 202, sent.text

    def presses(self, label: str) -> None:
        for text in reversed(self.texts()):
            for option in text["options"]:
                if option["label"].lower() == label.lower():
                    body = {"text_id": text["id"], "token": option["token"]}
                    assert (
                        self.http.post(f"/phones/api/handsets/{self.id}/presses", json=body).status_code
                        == 202
                    )
                    return
        raise AssertionError(f"no button {label!r}")

    def all_texts(self) -> list[dict[str, Any]]:
        return list(self.http.get(f"/phones/api/handsets/{self.id}/texts").json())

    def texts(self) -> list[dict[str, Any]]:
        return [text for text in self.all_texts() if text["direction"] == "to_phone"]

    def asked(self, end: str) -> dict[str, Any]:
        """The next text that asks something, or the one that says `end` and so asks nothing more."""

        def look() -> dict[str, Any] | None:
            for text in self.texts():
                if text["id"] > self.heard and (text["options"] or end.lower() in text["text"].lower()):
                    self.heard = text["id"]
                    return text
            return None

        found: dict[str, Any] = until(look)
        return found


@dataclass
class Live:
    """`warmline up` on a data folder of its own."""

    data_dir: Path
    env: Mapping[str, str] = field(default_factory=dict)
    command: str = "up"
    process: subprocess.Popen[str] | None = None
    address: str = ""
    lines: list[str] = field(default_factory=list)
    clients: list[httpx.Client] = field(default_factory=list)

    def start(self, *, wait_for_rasa: bool = True) -> "Live":
        env = {**os.environ, "WARMLINE_DATA_DIR": str(self.data_dir), "WARMLINE_PORT": "0", **self.env}
        self.lines = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", self.command],
            cwd=ROOT,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        deadline = threading.Timer(START_SECONDS, self.process.kill)  # ends the reading below
        deadline.start()
        try:
            self._read_until("Ready." if wait_for_rasa else "Desk:")
        finally:
            deadline.cancel()
        return self

    def _read_until(self, word: str) -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            if found := re.search(r"Phones: (http://\S+)/phones", line):
                self.address = found.group(1)
            if word in line:
                return
        self.process.wait(20)
        self.process.stdout.close()
        said = "\n".join(self.lines)
        raise AssertionError(f"warmline {self.command} ended, or took longer than {START_SECONDS} s:\n{said}")

    @property
    def http(self) -> httpx.Client:
        """One connection pool for each address this Warmline has had."""
        if not self.clients or str(self.clients[-1].base_url).rstrip("/") != self.address:
            self.clients.append(httpx.Client(base_url=self.address, trust_env=False, timeout=20))
        return self.clients[-1]

    def phone(self, handset_id: str) -> LivePhone:
        return LivePhone(self.http, handset_id)

    def new_client(self, kind: str = "sms") -> LivePhone:
        made = self.http.post("/phones/api/handsets", json={"kind": kind})
        assert made.status_code == 201, made.text
        return self.phone(made.json()["id"])

    def children(self) -> dict[str, int]:
        """Process ids of the children by name: postgres and rasa."""
        assert self.process is not None
        found = {}
        for pid in children_of(self.process.pid):
            command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            found["rasa" if "rasa" in command else "postgres"] = pid
        return found

    def kill(self, pid: int | None = None) -> None:
        """kill -9, of the service itself unless a process is named."""
        assert self.process is not None
        os.kill(pid or self.process.pid, signal.SIGKILL)
        if pid is None:
            self.process.wait(20)
            assert self.process.stdout is not None
            self.process.stdout.close()

    def stop(self) -> None:
        while self.clients:
            self.clients.pop().close()
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(40)
        finally:
            self.process.kill()
            assert self.process.stdout is not None
            self.process.stdout.close()

    def logs(self) -> str:
        return "".join(path.read_text(errors="replace") for path in (self.data_dir / "logs").glob("*"))


def children_of(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError, IndexError):
                if int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1]) == pid:
                    found.append(int(entry.name))
    return found


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
