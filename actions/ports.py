"""What the actions ask of the service, as one small shape, and the one that calls it. No decisions here."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from bot.domain.needs import Needs


class Outcome(Protocol):
    """What became of a request for a person (bot/services/handoff.py)."""

    @property
    def state(self) -> str: ...
    @property
    def next_opening(self) -> str | None: ...
    @property
    def loosen(self) -> Sequence[tuple[str, str]]:
        """(label, payload) for each need that could be made a wish so that somebody fits."""
        ...


class ReviewPort(Protocol):
    """Keeps what was not understood, for a person to label. Without who wrote it."""

    async def keep(
        self,
        conversation_id: str,
        turn_id: str,
        text: str,
        *,
        kind: str,
        guesses: Sequence[str] = (),
        meant: str | None = None,
        language: str | None = None,
    ) -> None:
        """Keep a text (`kind`: not_understood, chosen, corrected) with the readings that were likely, and the one
        its writer chose."""
        ...


class HandoffPort(Protocol):
    """Passing a conversation on, and the needs that decide to whom. Every call is idempotent per turn."""

    async def open(
        self,
        conversation_id: str,
        turn_id: str,
        needs: Needs,
        *,
        about_other: bool,
        wait_for_fit: bool,
        wished: str | None = None,
    ) -> Outcome:
        """Pass the conversation on; with `wished` (bot/domain/call_back.py) at that time."""
        ...

    async def is_waiting(self, conversation_id: str) -> bool:
        """Whether a request of theirs waits already."""
        ...

    async def preview(self, needs: Needs) -> tuple[str, str] | None:
        """(name, own words) of who would be asked first; None: nobody who fits is on duty."""
        ...

    async def take_back(self, conversation_id: str, turn_id: str) -> bool:
        """Take a request back that nobody has answered. False when there was none."""
        ...

    async def record_needs(self, conversation_id: str, turn_id: str, needs: Needs) -> None: ...

    async def read_needs(self, conversation_id: str) -> Needs: ...

    async def roster_names(self) -> Mapping[str, str]:
        """Name -> counselor id."""
        ...
