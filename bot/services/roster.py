"""What operators do with the roster: who works here, what each is like, how each is reached. Access is `enrolment.py`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.matching import Counselor
from bot.services.context import Context
from bot.store import counselors, enrolments

ROLES = ("counselor", "supervisor")
_TRAIT = re.compile(r"[a-z]{2,20}(?::[a-z_]{2,20})?")


class RosterProblem(ValueError):
    """What an operator asked for cannot be done; the text says why and what to do."""


@dataclass(frozen=True)
class Listed:
    """One person on the roster. `phone`: enrolled, none, invited, to confirm, stopped, revoked."""

    counselor: Counselor
    phone: str


def traits_of(gender: str, languages: Sequence[str], more: Sequence[str]) -> list[str]:
    """What a counselor declared, as traits that needs are matched with. Raises RosterProblem."""
    traits = [*([f"gender:{gender}"] if gender else []), *(f"language:{code}" for code in languages), *more]
    wrong = [trait for trait in traits if not _TRAIT.fullmatch(trait)]
    if wrong:
        raise RosterProblem(f"not a trait: {', '.join(wrong)}. Write words like woman, en, trained:trauma.")
    return list(dict.fromkeys(traits))


async def add(
    context: Context, *, name: str, role: str, traits: Sequence[str], about: str, capacity: int
) -> str:
    """Put somebody on the roster; they are asked nothing until a phone is enrolled. Returns the id."""
    name = " ".join(name.split())
    if not 1 <= len(name) <= 40 or not name.isprintable():
        raise RosterProblem("a name has 1 to 40 letters; clients read it")
    if role not in ROLES:
        raise RosterProblem(f"a role is one of {', '.join(ROLES)}")
    if not 1 <= capacity <= 50:
        raise RosterProblem("a capacity is 1 to 50 conversations")
    async with context.database.transaction() as tx:
        return await counselors.add(
            tx, name=name, traits=traits, about=about[:200], role=role, capacity=capacity
        )


async def listing(context: Context) -> list[Listed]:
    """Everybody who was not removed, by name."""
    async with context.database.transaction() as tx:
        people, states = await counselors.everybody(tx), await enrolments.states(tx, context.clock.now())
    return sorted(
        (Listed(c, states.get(c.id) or _phone(c)) for c in people),
        key=lambda listed: (listed.counselor.name.lower(), listed.counselor.id),
    )


def _phone(counselor: Counselor) -> str:
    if not counselor.active:
        return "revoked"
    if counselor.opted_out:
        return "stopped"
    return "enrolled" if counselor.has_phone else "none"


async def find(context: Context, named: str) -> Counselor:
    """The one counselor with this name, or whose id begins so. Raises RosterProblem when that is nobody or several."""
    wanted = " ".join(named.split()).lower()
    people = [listed.counselor for listed in await listing(context)]
    by_id = [c for c in people if len(wanted) >= 4 and c.id.startswith(wanted)]
    found = by_id or [c for c in people if c.name.lower() == wanted]
    if not found:
        raise RosterProblem("there is nobody of that name or id; see `warmline roster list`")
    if len(found) > 1:
        ids = ", ".join(c.id[:8] for c in found)
        raise RosterProblem(f"there are {len(found)} people of that name; say which by id: {ids}")
    return found[0]
