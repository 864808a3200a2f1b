"""Who may be a person's counselor: one pure function, used by every path on which a counselor reaches a person."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.domain.access import talks_to_clients
from bot.domain.needs import Needs

if TYPE_CHECKING:
    from bot.domain.shifts import Shifts

DESK_ONLY = "desk"  # the channel of a counselor without an enrolled phone


@dataclass(frozen=True)
class Counselor:
    """A counselor as matching sees one. Traits are what they declared themselves ("gender:woman")."""

    id: str
    name: str
    traits: frozenset[str]
    role: str = "counselor"
    away: bool = False
    active: bool = True
    holding: int = 0
    capacity: int = 3
    about: str = ""
    channel: str = field(default="", compare=False)
    shifts: "Shifts | None" = None
    opted_out: bool = False

    @property
    def supervisor(self) -> bool:
        return self.role == "supervisor"

    @property
    def on_staff(self) -> bool:
        """Whether they may act at all: not revoked, and their phone did not say STOP."""
        return self.active and not self.opted_out

    @property
    def has_phone(self) -> bool:
        """Whether a phone is enrolled; without one they are asked nothing: a code for the desk comes to it, too."""
        return self.channel != DESK_ONLY

    @property
    def reachable(self) -> bool:
        return self.on_staff and self.has_phone and not self.away

    @property
    def free(self) -> bool:
        return self.holding < self.capacity


def is_eligible(counselor: Counselor, needs: Needs) -> bool:
    """Whether this counselor may reach a person with these needs: every must is met and no never is hit.

    Operators and auditors talk to nobody. Nothing else counts here, and nothing is loosened: not the hour, not a
    crisis, not a supervisor's rank.
    """
    if not counselor.on_staff or not talks_to_clients(counselor.role) or is_refused(counselor, needs):
        return False
    return all(is_met(need, counselor) for need in needs.must)


def is_met(need: str, counselor: Counselor) -> bool:
    """Whether a must or a wish is met. A name that several people have means any of them: "counselor:1|2"."""
    kind, _, value = need.partition(":")
    if kind == "counselor":
        return counselor.id in value.split("|")
    return need in counselor.traits


def is_refused(counselor: Counselor, needs: Needs) -> bool:
    """Whether the client named this counselor, or what they are, as one who must never reach them."""
    return bool(_own(counselor) & set(needs.never))


def _own(counselor: Counselor) -> frozenset[str]:
    return counselor.traits | {f"counselor:{counselor.id}"}


def eligible(roster: Iterable[Counselor], needs: Needs) -> list[Counselor]:
    """The eligible ones, best first: wishes met, then language, then fewest conversations, then a stable order."""

    def rank(counselor: Counselor) -> tuple[int, int, int, str]:
        met = sum(is_met(wish, counselor) for wish in needs.prefer)
        speaks = f"language:{needs.language}" in counselor.traits if needs.language else False
        return (-met, -int(speaks), counselor.holding, counselor.id)

    return sorted((c for c in roster if is_eligible(c, needs)), key=rank)
