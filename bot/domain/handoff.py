"""The ladder of a handoff and its tags: who is asked at which step, and how long each step may take. No I/O."""

import random
from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.matching import Counselor
from bot.domain.shifts import Watch

TAG_REST = timedelta(
    days=30
)  # a tag is not used again for this long, so an old alert cannot name a new person
_LETTERS = "ACDEFHJKLMNPRTWXY"  # none that is mistaken for a digit or another letter
_DIGITS = "23456789"


@dataclass(frozen=True)
class Handoff:
    """One passing of a conversation to a counselor.

    due_at: nobody is asked before it, because somebody is on duty only then, or because the client `wished` it.
    """

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
    due_at: datetime | None = None
    wished: bool = False
    line: str | None = None
    drill: bool = False

    @property
    def crisis(self) -> bool:
        return self.priority == "crisis"

    @property
    def waiting(self) -> bool:
        return self.state in ("open", "offered")


@dataclass(frozen=True)
class Pace:
    """The times of one priority: how long each step waits for its proof before the next begins.

    first: how many are asked first. proof: until an alert should have left. again: between later rounds, of which
    there are `rounds`. first_reply: until who took it should have written.
    """

    first: int
    step: timedelta
    proof: timedelta
    again: timedelta
    rounds: int
    first_reply: timedelta


@dataclass(frozen=True)
class Ladder:
    """How fast each priority climbs, and how long a request is kept while nobody can be asked and no time is known."""

    normal: Pace = Pace(
        first=2,
        step=timedelta(seconds=90),
        proof=timedelta(seconds=20),
        again=timedelta(minutes=10),
        rounds=6,
        first_reply=timedelta(minutes=4),
    )
    crisis: Pace = Pace(
        first=0,
        step=timedelta(seconds=45),
        proof=timedelta(seconds=15),
        again=timedelta(minutes=10),
        rounds=0,  # it has no last round: a crisis is asked about until somebody takes it
        first_reply=timedelta(minutes=2),
    )
    keep: timedelta = timedelta(hours=72)

    def of(self, priority: str) -> Pace:
        return self.crisis if priority == "crisis" else self.normal

    def wait(self, step: int, priority: str) -> timedelta:
        pace = self.of(priority)
        return pace.again if step >= ROUNDS_FROM else pace.step

    def is_over(self, step: int, priority: str) -> bool:
        """Whether every round has been asked."""
        return priority != "crisis" and step >= ROUNDS_FROM + self.normal.rounds


ROUNDS_FROM = 3  # steps 0 to 2 widen the circle, every later one asks again
# How a counselor may say that a talk ended (DONE K7 referred); reports count these.
WRAP_UPS: tuple[str, ...] = ("helped", "referred", "emergency", "no_answer", "left", "other")
DRILL = "drill"  # the channel of a drill's client, who is nobody, and why such a handoff is closed
DRILL_LASTS = timedelta(minutes=15)  # a drill ends after this at the latest, also when nobody ends it
NOT_BEGUN = -1  # the step of a handoff about which nobody was asked yet


def whom_to_ask(
    step: int,
    candidates: Sequence[Counselor],
    asked: Container[str],
    ladder: Ladder,
    watch: Watch,
    *,
    crisis: bool,
) -> list[Counselor]:
    """The counselors whom this step asks, out of the eligible `candidates` (best first).

    Step 0 asks the first few who are on duty and free, step 1 every other one, step 2 supervisors and who is full,
    later steps everybody on duty who was not asked yet.
    """
    fresh = [c for c in candidates if c.id not in asked]
    if crisis:
        return _in_a_crisis(step, fresh, watch)
    fresh = [c for c in fresh if watch.on_duty(c)]
    if step >= ROUNDS_FROM:
        return fresh
    counselors = [c for c in fresh if not c.supervisor and c.free]
    if step == 0:
        return counselors[: ladder.normal.first] or [c for c in fresh if c.supervisor]
    return counselors if step == 1 else [c for c in fresh if c.supervisor or not c.free]


def _in_a_crisis(step: int, fresh: Sequence[Counselor], watch: Watch) -> list[Counselor]:
    """Everybody on duty or on call at once. With nobody there, and at every later step, everybody who is not away."""
    there = [c for c in fresh if c.reachable]
    now = [c for c in there if watch.on_duty(c) or watch.on_call(c)]
    return now or there if step == 0 else there


def new_tag(taken: Container[str], rng: random.Random) -> str:
    """A short tag that is in nobody's hands: letter and digit (K7), longer when those are used up."""
    for length in (1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5):
        for _ in range(40):
            tag = rng.choice(_LETTERS) + "".join(rng.choice(_DIGITS) for _ in range(length))
            if tag not in taken:
                return tag
    raise RuntimeError("every tag is in use")
