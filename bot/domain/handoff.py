"""The ladder of a handoff and its tags: who is asked at which step, and how long each step may take. No I/O."""

import random
from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.matching import Counselor

TAG_REST = timedelta(
    days=30
)  # a tag is not used again for this long, so an old alert cannot name a new person
_LETTERS = "ACDEFHJKLMNPRTWXY"  # none that is mistaken for a digit or another letter
_DIGITS = "23456789"


@dataclass(frozen=True)
class Handoff:
    """One passing of a conversation to a counselor."""

    id: int
    conversation_id: str
    tag: str
    priority: str
    state: str
    step: int
    counselor_id: str | None
    about_other: bool
    opened_at: datetime
    taken_at: datetime | None
    first_reply_at: datetime | None

    @property
    def crisis(self) -> bool:
        return self.priority == "crisis"

    @property
    def waiting(self) -> bool:
        return self.state in ("open", "offered")


@dataclass(frozen=True)
class Ladder:
    """How many are asked first and how long each step waits for a proof before the next begins."""

    first: int = 2
    step: timedelta = timedelta(seconds=90)
    crisis_step: timedelta = timedelta(seconds=45)
    again: timedelta = timedelta(minutes=10)
    rounds: int = 6
    first_reply: timedelta = timedelta(minutes=4)

    def wait(self, handoff_step: int, *, crisis: bool) -> timedelta:
        if handoff_step >= 3:
            return self.again
        return self.crisis_step if crisis else self.step


def whom_to_ask(
    step: int, candidates: Sequence[Counselor], asked: Container[str], ladder: Ladder, *, crisis: bool
) -> list[Counselor]:
    """The counselors whom this step asks, out of the eligible `candidates` (best first).

    Step 0 asks the first few who are reachable and free (in a crisis: everybody reachable, supervisors too),
    step 1 every other reachable counselor, step 2 supervisors, later steps everybody who was not asked yet.
    """
    fresh = [c for c in candidates if c.id not in asked and c.reachable]
    if crisis or step >= 3:
        return fresh
    counselors = [c for c in fresh if not c.supervisor and c.free]
    if step == 0:
        return counselors[: ladder.first] or [c for c in fresh if c.supervisor]
    return counselors if step == 1 else [c for c in fresh if c.supervisor or not c.free]


def new_tag(taken: Container[str], rng: random.Random) -> str:
    """A short tag that is in nobody's hands: letter and digit (K7), longer when those are used up."""
    for length in (1, 1, 1, 2, 2, 2, 3, 3, 3, 3):
        for _ in range(40):
            tag = rng.choice(_LETTERS) + "".join(rng.choice(_DIGITS) for _ in range(length))
            if tag not in taken:
                return tag
    raise RuntimeError("every tag is in use")
