"""Whether it is safe to send somebody a text now (rules 3.5), and what must happen first. Plain decisions, no I/O.

An answer to somebody who wrote just now always goes. Everything later needs their word that it is safe.
"""

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

JUST_NOW = timedelta(minutes=10)  # a text this soon after the client's own is part of the same exchange
GAP = timedelta(hours=4)  # after this the phone may be in other hands: the first text reveals nothing
FRESH = timedelta(days=30)  # what is safe changes; an older word no longer counts
QUIET = (9 * 60, 20 * 60)  # minutes of the day between which a text may come unasked (rules 4.6)
MAX_NAME = 30

Span = tuple[int, int]


class Reach(StrEnum):
    """What happens with a text: it goes; a neutral text goes first; the code word is asked first; it is kept."""

    SEND = "send"
    KNOCK = "knock"
    WORD = "word"
    HOLD = "hold"


@dataclass(frozen=True)
class Contact:
    """What a client said about texting them.

    safe: unknown, yes, times, no. spans: minutes of the day that are safe, when only some are. call_me: the name a
    counselor may use. word: the code word, asked before anything of a counselor's is shown.
    """

    safe: str = "unknown"
    spans: tuple[Span, ...] = ()
    said_at: datetime | None = None
    call_me: str = ""
    word: str = ""

    def is_word(self, text: str) -> bool:
        return bool(self.word) and plain(text) == plain(self.word)

    def told(self, now: datetime, **values: object) -> "Contact":
        """With what was said now."""
        return replace(self, said_at=now, **values)  # type: ignore[arg-type]


NOTHING_SAID = Contact()


def plain(text: str) -> str:
    return " ".join("".join(c for c in text.lower() if c.isalnum() or c.isspace()).split())


@dataclass(frozen=True)
class Situation:
    """When the client was heard last, when they gave their word, and whether they left by EXIT."""

    now: datetime
    heard_at: datetime | None
    verified_at: datetime | None
    parked: bool
    zone: ZoneInfo


def reach(contact: Contact, at: Situation) -> Reach:
    """What happens with a text that answers nothing the client wrote just now."""
    gap = None if at.heard_at is None else at.now - at.heard_at
    if at.parked or gap is None:
        return Reach.HOLD
    if gap > JUST_NOW and not _may_come(contact, at, gap):
        return Reach.HOLD
    if gap > GAP:
        return Reach.KNOCK
    return Reach.SEND


def may_text_after_a_call(contact: Contact, at: Situation) -> bool:
    """Whether somebody who called, and whom nobody answered, may get one text that reveals nothing.

    Never who has not written, who left by EXIT or said no; and not at night, unless they wrote just now.
    """
    if at.heard_at is None or reach(contact, at) is Reach.HOLD:
        return False
    return at.now - at.heard_at <= JUST_NOW or contact.safe == "times" or _within((QUIET,), at)


def _may_come(contact: Contact, at: Situation, gap: timedelta) -> bool:
    if contact.safe == "no":
        return False
    if contact.safe == "times":
        return _within(contact.spans, at)
    if gap <= GAP:
        return True
    fresh = contact.said_at is not None and at.now - contact.said_at <= FRESH
    return contact.safe == "yes" and fresh and _within((QUIET,), at)


def _within(spans: tuple[Span, ...], at: Situation) -> bool:
    local = at.now.astimezone(at.zone)
    minute = local.hour * 60 + local.minute
    return any(
        start <= minute < end if start < end else minute >= start or minute < end for start, end in spans
    )


def first_safe(contact: Contact, moment: datetime, *, heard_at: datetime, zone: ZoneInfo) -> datetime:
    """The first moment from `moment` on at which a text may come to somebody who was heard last at `heard_at`."""
    if contact.safe == "times" and contact.spans:
        spans = contact.spans
    elif moment - heard_at <= GAP:
        return moment  # part of the same talk: the quiet hours do not count
    else:
        spans = (QUIET,)
    if _within(spans, Situation(moment, None, None, parked=False, zone=zone)):
        return moment
    return min(_starts_after(spans, moment.astimezone(zone)), default=moment)


def needs_word(contact: Contact, at: Situation) -> bool:
    """Whether a counselor's words wait for the code word: there is one, and it was not given lately."""
    return bool(contact.word) and (at.verified_at is None or at.now - at.verified_at > GAP)


def next_time(contact: Contact, at: Situation) -> datetime | None:
    """When a kept text may be knocked for at the earliest; None: only when the client writes."""
    spans = contact.spans if contact.safe == "times" else (QUIET,) if contact.safe == "yes" else ()
    return min(_starts_after(spans, at.now.astimezone(at.zone)), default=None)


def _starts_after(spans: tuple[Span, ...], local: datetime) -> list[datetime]:
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    starts = [
        (midnight + timedelta(days=ahead)).replace(hour=start // 60, minute=start % 60)
        for ahead in (0, 1)
        for start, _ in spans
    ]
    return [start for start in starts if start > local]


def to_json(contact: Contact) -> str:
    said_at = contact.said_at.isoformat() if contact.said_at else None
    return json.dumps({**asdict(contact), "said_at": said_at}, ensure_ascii=False)


def from_json(text: str) -> Contact:
    data = json.loads(text)
    said_at = datetime.fromisoformat(data["said_at"]) if data.get("said_at") else None
    spans = tuple((int(start), int(end)) for start, end in data.get("spans", ()))
    return Contact(data.get("safe", "unknown"), spans, said_at, data.get("call_me", ""), data.get("word", ""))
