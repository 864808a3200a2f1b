"""Which single need, given up as a must, would make somebody eligible. Pure; it gives up nothing itself.

A refusal ("never") is not among them: nobody is asked to put up with whom they cannot bear. A client may still take one
back by naming it themselves.
"""

from collections.abc import Iterable

from bot.domain.matching import Counselor, is_eligible
from bot.domain.needs import Needs, softened


def loosenable(roster: Iterable[Counselor], needs: Needs) -> tuple[str, ...]:
    """The musts of which each one alone, as a wish, would let somebody fit. Empty when somebody fits already."""
    people = list(roster)
    if any(is_eligible(one, needs) for one in people):
        return ()
    return tuple(
        need for need in needs.must if any(is_eligible(one, softened(needs, (need,))) for one in people)
    )
