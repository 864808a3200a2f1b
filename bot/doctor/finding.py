"""One line of the doctor's: how it stands, what was looked at, and what to do. Never a secret in it."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warn", "fail"]


@dataclass(frozen=True)
class Finding:
    """`do` says what helps; empty when nothing is needed."""

    level: Level
    about: str
    says: str
    do: str = ""

    def __str__(self) -> str:
        line = f"{self.level:<4}  {self.about}: {self.says}"
        return f"{line}\n      -> {self.do}" if self.do else line


def ok(about: str, says: str) -> Finding:
    return Finding("ok", about, says)


def warn(about: str, says: str, do: str) -> Finding:
    return Finding("warn", about, says, do)


def fail(about: str, says: str, do: str) -> Finding:
    return Finding("fail", about, says, do)
