"""An in-memory service behind the desk: three cases, and what a colleague or a client does meanwhile."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bot.console.port import ConversationView, Line, NeedsView, QueueRow, Result, Staff, UnknownHandoff
from bot.web.bell import Bell


@dataclass
class _Case:
    """One handoff of the fake desk."""

    row: QueueRow
    view: ConversationView
    replies: list[str] = field(default_factory=list)


def _minutes_ago(minutes: float) -> datetime:
    return datetime.now(UTC) - timedelta(minutes=minutes)


_NOBODY = NeedsView((), (), (), (), None, None)


class FakeDesk:
    """Three cases: a crisis nobody took, one with needs, one that a colleague holds."""

    def __init__(self) -> None:
        self.bell = Bell()
        self.refuses = ""
        self.people = [
            Staff("s1", "Maria", "counselor"),
            Staff("s2", "Tom", "counselor"),
            Staff("s4", "Ines", "supervisor"),
        ]
        self.cases = {1: _with_needs(), 2: _crisis(), 3: _held()}

    async def staff(self) -> Sequence[Staff]:
        return self.people

    async def queue(self, staff_id: str) -> Sequence[QueueRow]:
        return [case.row for case in self.cases.values() if case.row.state != "closed"]

    async def conversation(self, staff_id: str, handoff_id: int) -> ConversationView:
        case = self._case(handoff_id)
        if case.row.state == "closed" or not (case.row.can_take or case.row.mine):
            raise UnknownHandoff
        return case.view

    async def take(self, staff_id: str, handoff_id: int) -> Result:
        case = self._case(handoff_id)
        if not case.row.can_take:
            return Result(False, f"{case.row.tag} is already taken.")
        name = next(person.name for person in self.people if person.id == staff_id)
        case.row = replace(case.row, state="taken", taken_by=name, can_take=False, mine=True)
        case.view = replace(case.view, state="taken", can_take=False, can_reply=True, can_close=True)
        self.bell.ring("")
        return Result(True, f"{case.row.tag} is yours. The assistant is paused.")

    async def pass_(self, staff_id: str, handoff_id: int) -> Result:
        return Result(True, f"All right, {self._case(handoff_id).row.tag} goes to a colleague.")

    async def reply(self, staff_id: str, handoff_id: int, text: str) -> Result:
        case = self._case(handoff_id)
        if self.refuses:
            return Result(False, self.refuses)
        if not case.view.can_reply:
            return Result(False, f"{case.row.tag} is not with you, so nothing was sent.")
        case.replies.append(text)
        line = Line(datetime.now(UTC), "counselor", case.row.taken_by, text, "sending", None)
        case.view = replace(case.view, lines=[*case.view.lines, line])
        self.bell.ring("")
        return Result(True, "Sent.")

    async def close(self, staff_id: str, handoff_id: int) -> Result:
        case = self._case(handoff_id)
        case.row = replace(case.row, state="closed")
        case.view = replace(case.view, state="closed", can_reply=False, can_close=False)
        self.bell.ring("")
        return Result(True, f"{case.row.tag} is closed. The assistant has taken over again.")

    async def changes(self) -> AsyncIterator[None]:
        async for _ in self.bell.listen():
            yield None

    def client_writes(self, handoff_id: int, text: str) -> None:
        case = self._case(handoff_id)
        line = Line(datetime.now(UTC), "client", None, text, "received", "clear")
        case.view = replace(case.view, lines=[*case.view.lines, line])
        self.bell.ring("")

    def colleague_takes(self, handoff_id: int) -> None:
        case = self._case(handoff_id)
        case.row = replace(case.row, state="taken", taken_by="Tom", can_take=False, mine=False)
        self.bell.ring("")

    def _case(self, handoff_id: int) -> _Case:
        if handoff_id not in self.cases:
            raise UnknownHandoff
        return self.cases[handoff_id]


def _with_needs() -> _Case:
    row = QueueRow(1, "K7", "normal", "offered", _minutes_ago(4), 247, "sms", None, True, False)
    needs = NeedsView(
        ("a woman",),
        ("somebody who speaks Spanish", "trained in trauma"),
        ("Tom",),
        ("my family",),
        "es",
        None,
    )
    lines = [
        Line(_minutes_ago(9), "client", None, "when should I see a therapist?", "received", "clear"),
        Line(
            _minutes_ago(9),
            "bot",
            None,
            "Our article says: whenever you think you need one.",
            "delivered",
            None,
        ),
        Line(_minutes_ago(6), "client", None, "can I talk to a person?", "received", "clear"),
        Line(_minutes_ago(5), "bot", None, "I have sent your request to our counselors.", "delivered", None),
    ]
    return _Case(row, ConversationView("K7", "offered", "normal", needs, (), lines, True, False, False))


def _crisis() -> _Case:
    row = QueueRow(2, "M4", "crisis", "offered", _minutes_ago(1), 64, "telegram", None, True, False)
    lines = [
        Line(_minutes_ago(1), "client", None, "(a text the screen marked)", "received", "crisis"),
        Line(_minutes_ago(1), "bot", None, "Please call or text 988 now (free, 24/7).", "delivered", None),
    ]
    evidence = ("the person wrote words about ending their life", "about the person themself")
    return _Case(
        row, ConversationView("M4", "offered", "crisis", _NOBODY, evidence, lines, True, False, False)
    )


def _held() -> _Case:
    row = QueueRow(3, "R2", "normal", "taken", _minutes_ago(40), 95, "sms", "Tom", False, False)
    lines = [Line(_minutes_ago(38), "counselor", "Tom", "Hi, this is Tom.", "failed", None)]
    return _Case(row, ConversationView("R2", "taken", "normal", _NOBODY, (), lines, False, False, False))
