"""Shapes what the services say for the desk's templates. Decides nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.handoff import DRILL
from bot.domain.needs import Needs
from bot.domain.needs_said import trait_in_words
from bot.screen.verdict import Verdict
from bot.services.desk import Row, View
from bot.store.board import Note
from bot.store.messages import Message


@dataclass(frozen=True)
class QueueRow:
    """One handoff in the queue. `waiting_seconds`: how long the client waited for somebody to take it."""

    handoff_id: int
    tag: str
    priority: str
    state: str
    step: int
    opened_at: datetime
    due_at: datetime | None
    waiting_seconds: int
    unanswered_seconds: int | None
    channel_kind: str
    taken_by: str | None
    can_take: bool
    can_read: bool
    mine: bool

    @property
    def waiting(self) -> bool:
        return self.state in ("open", "offered")


def queue_rows(rows: Sequence[Row], now: datetime) -> list[QueueRow]:
    """In the order in which they are to be looked at."""
    return sorted((_queue_row(row, now) for row in rows), key=_urgency)


def _queue_row(row: Row, now: datetime) -> QueueRow:
    since = row.unanswered_since
    return QueueRow(
        row.handoff.id,
        row.handoff.tag,
        row.handoff.priority,
        row.handoff.state,
        row.handoff.step,
        row.handoff.opened_at,
        row.handoff.due_at
        if row.handoff.waiting and row.handoff.due_at and row.handoff.due_at > now
        else None,
        int(row.waited.total_seconds()),
        None if since is None else max(0, int((now - since).total_seconds())),
        kind_of(row.channel),
        row.taken_by,
        row.can_take,
        row.can_read,
        row.mine,
    )


def _urgency(row: QueueRow) -> tuple[bool, int, bool, datetime]:
    """Crisis first; a crisis that waits before one's own, otherwise one's own first; who waits for an answer first."""
    crisis = row.priority == "crisis"
    order = (row.waiting, row.mine, True) if crisis else (row.mine, row.waiting, True)
    return (not crisis, order.index(True), row.unanswered_seconds is None, row.opened_at)


def kind_of(channel: str) -> str:
    if channel == DRILL:
        return DRILL
    return "telegram" if "telegram" in channel else "sms"


@dataclass(frozen=True)
class NeedsView:
    """What the client needs of a counselor, in words a counselor reads ("a woman")."""

    must: Sequence[str]
    prefer: Sequence[str]
    never: Sequence[str]
    do_not_ask: Sequence[str]
    note: str


@dataclass(frozen=True)
class Line:
    """One text of the transcript. `verdict` is the screen's, on the client's texts only."""

    at: datetime
    author: str
    name: str | None
    text: str
    status: str
    verdict: str | None


@dataclass(frozen=True)
class ConversationView:
    """One conversation as its page shows it."""

    handoff_id: int
    tag: str
    state: str
    priority: str
    channel_kind: str
    opened_at: datetime
    holder: str | None
    needs: NeedsView
    evidence: Sequence[str]
    lines: Sequence[Line]
    notes: Sequence[Note]
    colleagues: Sequence[tuple[str, str]]
    can_take: bool
    mine: bool
    for_the_taker: bool


def conversation_view(view: View) -> ConversationView:
    return ConversationView(
        view.handoff.id,
        view.handoff.tag,
        view.handoff.state,
        view.handoff.priority,
        kind_of(view.channel),
        view.handoff.opened_at,
        view.holder,
        _needs(view.needs, view.people),
        [evidence for verdict in view.verdicts for evidence in _evidence(verdict)],
        [_line(message, level) for message, level in view.lines],
        view.notes,
        [(colleague.id, colleague.name) for colleague in view.colleagues],
        view.can_take,
        view.mine,
        view.for_the_taker,
    )


def _needs(needs: Needs, people: dict[str, str]) -> NeedsView:
    def said(traits: Sequence[str]) -> list[str]:
        return [trait_in_words(trait, people) for trait in traits]

    return NeedsView(said(needs.must), said(needs.prefer), said(needs.never), needs.do_not_ask, needs.note)


def _evidence(verdict: Verdict) -> list[str]:
    about = {"self": "about themselves", "other": "about somebody else"}.get(verdict.about or "", "")
    kinds = ", ".join(kind.replace("_", " ") for kind in verdict.kinds)
    return [
        f'wrote "{words}" ({verdict.level}: {kinds}{", " + about if about else ""})'
        for words in verdict.evidence
    ]


def _line(message: Message, level: str | None) -> Line:
    author = message.author if message.author in ("client", "counselor") else "bot"
    name, text = None, message.text
    if author == "counselor" and ": " in text[:80]:
        name, text = text.split(": ", 1)  # the relay puts the name in front
    return Line(message.created_at, author, name, text or "(no words)", message.status, level)
