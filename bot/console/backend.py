"""The desk on our services: shapes what they say for the pages. Decides nothing."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from uuid import UUID

from bot.console.port import (
    ConversationView,
    Line,
    NeedsView,
    QueueRow,
    Result,
    Staff,
    UnknownHandoff,
    UnknownStaff,
)
from bot.domain.needs import Needs
from bot.domain.needs_said import trait_in_words
from bot.screen.verdict import Verdict
from bot.services import desk
from bot.services.context import Context
from bot.services.relay import relay_to_client
from bot.services.taking import Said, close_handoff, pass_handoff, take_handoff
from bot.store.messages import Message
from bot.web.bell import Bell

_SENT = "Sent."


class Desk:
    """Implements the desk's port (`port.DeskPort`)."""

    def __init__(self, context: Context, bell: Bell) -> None:
        self._context, self._bell = context, bell

    async def staff(self) -> Sequence[Staff]:
        return [Staff(c.id, c.name, c.role) for c in await desk.staff(self._context)]

    async def queue(self, staff_id: str) -> Sequence[QueueRow]:
        await self._known(staff_id)
        now = self._context.clock.now()
        rows = await desk.queue(self._context, staff_id)
        return [
            QueueRow(
                handoff_id=row.handoff.id,
                tag=row.handoff.tag,
                priority="crisis" if row.handoff.crisis else "normal",
                state=row.handoff.state,  # type: ignore[arg-type]
                opened_at=row.handoff.opened_at,
                waiting_seconds=int(((row.handoff.taken_at or now) - row.handoff.opened_at).total_seconds()),
                channel_kind="telegram" if "telegram" in row.channel else "sms",
                taken_by=row.taken_by,
                can_take=row.can_take,
                mine=row.mine,
            )
            for row in rows
        ]

    async def conversation(self, staff_id: str, handoff_id: int) -> ConversationView:
        people = await self._known(staff_id)
        view = await desk.conversation(self._context, staff_id, handoff_id)
        if view is None:
            raise UnknownHandoff
        return ConversationView(
            tag=view.handoff.tag,
            state=view.handoff.state,  # type: ignore[arg-type]
            priority="crisis" if view.handoff.crisis else "normal",
            needs=_needs(view.needs, people),
            evidence=[evidence for verdict in view.verdicts for evidence in _evidence(verdict)],
            lines=[_line(message, level, view.counselor_name) for message, level in view.lines],
            can_take=view.can_take,
            can_reply=view.mine,
            can_close=view.mine,
        )

    async def take(self, staff_id: str, handoff_id: int) -> Result:
        return await self._do(staff_id, handoff_id, take_handoff)

    async def pass_(self, staff_id: str, handoff_id: int) -> Result:
        return await self._do(staff_id, handoff_id, pass_handoff)

    async def close(self, staff_id: str, handoff_id: int) -> Result:
        return await self._do(staff_id, handoff_id, close_handoff)

    async def reply(self, staff_id: str, handoff_id: int, text: str) -> Result:
        async def say(context: Context, counselor_id: str, tag: str) -> Said:
            return await relay_to_client(context, counselor_id, tag, text)

        return await self._do(staff_id, handoff_id, say)

    async def changes(self) -> AsyncIterator[None]:
        async for name in self._bell.listen():
            if name == "queue":
                yield None

    async def _do(
        self, staff_id: str, handoff_id: int, action: Callable[[Context, str, str], Awaitable[Said]]
    ) -> Result:
        await self._known(staff_id)
        tag = await desk.tag_of(self._context, handoff_id)
        if tag is None:
            raise UnknownHandoff
        said = await action(self._context, staff_id, tag)
        return Result(said.ok, said.text or _SENT)

    async def _known(self, staff_id: str) -> dict[str, str]:
        """Id -> name of everybody on the roster. Raises UnknownStaff when this one is not on it."""
        try:
            UUID(staff_id)
        except ValueError:
            raise UnknownStaff from None
        people = {c.id: c.name for c in await desk.staff(self._context)}
        if staff_id not in people:
            raise UnknownStaff
        return people


def _needs(needs: Needs, people: dict[str, str]) -> NeedsView:
    def said(traits: Sequence[str]) -> list[str]:
        return [trait_in_words(trait, people) for trait in traits]

    return NeedsView(
        must=said(needs.must),
        prefer=said(needs.prefer),
        never=said(needs.never),
        do_not_ask=needs.do_not_ask,
        language=needs.language,
        note=needs.note or None,
    )


def _evidence(verdict: Verdict) -> list[str]:
    about = {"self": "about themselves", "other": "about somebody else"}.get(verdict.about or "", "")
    kinds = ", ".join(kind.replace("_", " ") for kind in verdict.kinds)
    return [
        f'wrote "{words}" ({verdict.level}: {kinds}{", " + about if about else ""})'
        for words in verdict.evidence
    ]


def _line(message: Message, level: str | None, counselor_name: str | None) -> Line:
    author = message.author if message.author in ("client", "counselor") else "bot"
    return Line(
        at=message.created_at,
        author=author,  # type: ignore[arg-type]
        name=counselor_name if author == "counselor" else None,
        text=message.text or "(no words)",
        status=message.status,
        verdict=level,  # type: ignore[arg-type]
    )
