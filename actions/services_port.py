"""The actions' ports, answered by the service. Passes calls on and decides nothing."""

from collections.abc import Mapping
from typing import Any

from bot.domain.needs import Needs
from bot.services import handoff, previews, review
from bot.services import needs as needs_service
from bot.services.context import Context
from bot.services.take_back import take_back_request


class ServiceReviews:
    """ReviewPort on bot/services."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def keep(self, conversation_id: str, turn_id: str, text: str, **known: Any) -> None:
        await review.keep(self._context, conversation_id, turn_id, text, **known)


class ServiceHandoffs:
    """HandoffPort on bot/services."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def open(
        self,
        conversation_id: str,
        turn_id: str,
        needs: Needs,
        *,
        about_other: bool,
        wait_for_fit: bool,
        wished: str | None = None,
    ) -> handoff.HandoffOutcome:
        return await handoff.open_handoff(
            self._context,
            conversation_id,
            turn_id,
            needs,
            about_other=about_other,
            wait_for_fit=wait_for_fit,
            wished=wished,
        )

    async def is_waiting(self, conversation_id: str) -> bool:
        return await handoff.is_waiting(self._context, conversation_id)

    async def preview(self, needs: Needs) -> tuple[str, str] | None:
        found = await previews.preview(self._context, needs)
        return None if found is None else (found.name, found.about)

    async def take_back(self, conversation_id: str, turn_id: str) -> bool:
        return await take_back_request(self._context, conversation_id, turn_id)

    async def record_needs(self, conversation_id: str, turn_id: str, needs: Needs) -> None:
        await needs_service.record_needs(self._context, conversation_id, turn_id, needs)

    async def read_needs(self, conversation_id: str) -> Needs:
        return await needs_service.read_needs(self._context, conversation_id)

    async def roster_names(self) -> Mapping[str, str]:
        return await needs_service.roster_names(self._context)
