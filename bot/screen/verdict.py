"""What the screen says about one text. Plain values; says what was written, never what a person feels."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Level = Literal["clear", "ask", "crisis"]
About = Literal["self", "other"]

LEVELS: tuple[Level, ...] = ("clear", "ask", "crisis")

# Most urgent first (evaluation: overdose before a wish to die, because the ambulance comes first).
KINDS = (
    "overdose_or_withdrawal_emergency",
    "suicide_active",
    "violence_now",
    "harm_to_others",
    "self_harm",
    "suicide_passive",
)

# Finer signs a rule may name; only the choice of the fixed text looks at them.
SIGNS = (
    "attempt_now",
    "unresponsive",
    "withdrawal",
    "medical",
    "attacker_present",
    "sexual_assault",
    "child",
    "minor",
    "swallowed_awake",
)


@dataclass(frozen=True)
class Verdict:
    """*clear*, *ask* or *crisis*, with what it rests on, so that a counselor can judge for themselves.

    `kinds` has the most urgent first; `evidence` are words of the message; `rules` are rule ids, or
    "classifier" and "screen_failed".
    """

    level: Level
    kinds: tuple[str, ...] = ()
    about: About | None = None
    evidence: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()

    @property
    def is_clear(self) -> bool:
        return self.level == "clear"


CLEAR = Verdict("clear")
FAILED = Verdict("ask", rules=("screen_failed",))


def higher(one: Level, other: Level) -> Level:
    return max(one, other, key=LEVELS.index)


def by_urgency(kinds: Iterable[str]) -> tuple[str, ...]:
    """The kinds without repetition, the most urgent first."""
    return tuple(sorted(set(kinds), key=KINDS.index))
