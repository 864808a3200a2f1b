"""The channel of a drill: it has no phones. What a drill's client would be sent ends here, and nobody can write on it
from outside."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.channels.base import Sent, Traits
from bot.domain.handoff import DRILL
from bot.domain.options import Option


@dataclass(frozen=True)
class DrillChannel:
    """Accepts every text and shows it to nobody."""

    name: str = DRILL

    @property
    def traits(self) -> Traits:
        return Traits(buttons=False, repeatable=True, max_chars=1600)

    async def send(
        self, address: str, text: str, options: Sequence[Option], message_id: int, *, urgent: bool = False
    ) -> Sent:
        return Sent(f"{DRILL}:{message_id}", "delivered")
