"""What the desk needs of the service behind it: who works here, the queue, a conversation, what one can do.

Shapes only. Nothing here knows the database or HTTP.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

Priority = Literal["normal", "crisis"]
State = Literal["open", "offered", "taken", "closed"]


@dataclass(frozen=True)
class Staff:
    id: str
    name: str
    role: str


@dataclass(frozen=True)
class QueueRow:
    """One handoff in the queue. `waiting_seconds` is how long the client waited for somebody to take it."""

    handoff_id: int
    tag: str
    priority: Priority
    state: State
    opened_at: datetime
    waiting_seconds: int
    channel_kind: str
    taken_by: str | None
    can_take: bool
    mine: bool


@dataclass(frozen=True)
class NeedsView:
    """What the client needs of a counselor, in words a counselor reads ("a woman"). `language` is a code."""

    must: Sequence[str]
    prefer: Sequence[str]
    never: Sequence[str]
    do_not_ask: Sequence[str]
    language: str | None
    note: str | None


@dataclass(frozen=True)
class Line:
    """One text of the transcript. `verdict` is the screen's, on the client's texts only."""

    at: datetime
    author: Literal["client", "bot", "counselor"]
    name: str | None
    text: str
    status: str
    verdict: Literal["clear", "ask", "crisis"] | None


@dataclass(frozen=True)
class ConversationView:
    tag: str
    state: State
    priority: Priority
    needs: NeedsView
    evidence: Sequence[str]
    lines: Sequence[Line]
    can_take: bool
    can_reply: bool
    can_close: bool


@dataclass(frozen=True)
class Result:
    """What became of something a counselor did; `says` is a sentence for them."""

    ok: bool
    says: str


class UnknownStaff(LookupError):
    """Nobody with that id works here."""


class UnknownHandoff(LookupError):
    """There is no such handoff, or this person may not see it."""


class DeskPort(Protocol):
    """The service as the desk sees it. Methods that name staff or a handoff may raise the two errors."""

    async def staff(self) -> Sequence[Staff]: ...

    async def queue(self, staff_id: str) -> Sequence[QueueRow]:
        """The handoffs this person may see. The desk sorts them: crisis first, then the longest wait."""
        ...

    async def conversation(self, staff_id: str, handoff_id: int) -> ConversationView:
        """One conversation as this person may see it. Every call is a read that the service records.

        Raises UnknownHandoff also when it was closed, or taken by somebody else.
        """
        ...

    async def take(self, staff_id: str, handoff_id: int) -> Result: ...

    async def pass_(self, staff_id: str, handoff_id: int) -> Result: ...

    async def reply(self, staff_id: str, handoff_id: int, text: str) -> Result: ...

    async def close(self, staff_id: str, handoff_id: int) -> Result: ...

    def changes(self) -> AsyncIterator[None]:
        """Something in the queue or in a conversation changed; ends when the service stops."""
        ...
