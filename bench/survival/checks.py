"""What must hold after a run, from the database and from what the phones received."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from bench.survival.people import JOINED, Client, Counselor
from bench.survival.town import Town
from bot.domain.handoff import ROUNDS_FROM
from bot.domain.matching import Counselor as OnRoster
from bot.domain.matching import is_eligible
from bot.store import ladder_records, timers
from bot.store.handoffs import handoff_from
from bot.store.ladder_records import Seen
from bot.store.tables import handoff, message

_CASE = re.compile(
    r"(?:waiting\..*Case (\w+)\.)|(?:^(\w+)(?: \(!\))?: )|(?:^(\w+) (?:is yours|wrote:|asked for:))"
)
_NO_CONTENT = (
    "no longer",
    "taken by a colleague",
    "Nothing more",
    "no counselor on the list fits",
    "marked the newest",
)


@dataclass
class Findings:
    """What was wrong, by kind: "lost", "wrong person", "step", "twice"."""

    wrong: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, kind: str, what: Iterable[str]) -> None:
        if found := list(what):
            self.wrong[kind] += found

    @property
    def count(self) -> int:
        return sum(len(found) for found in self.wrong.values())


@dataclass
class Case:
    """One handoff with its record, its client, and who is eligible by the needs the client came with."""

    row: Any
    seen: list[Seen]
    client: Client
    fits: set[str]

    def who(self, what: str) -> list[str]:
        return [one.counselor_id for one in self.seen if one.what == what and one.counselor_id]


async def check(town: Town, staff: list[Counselor], clients: list[Client]) -> Findings:
    """Everything that must hold. Reads; changes nothing."""
    cases, findings = await _cases(town, staff, clients), Findings()
    findings.add("lost", await _lost(town, cases, clients))
    findings.add("wrong person", _wrong_people(cases, staff))
    findings.add("wrong person", _wrong_texts(town, cases, staff, clients))
    findings.add("step", _steps(cases, staff))
    findings.add("twice", _twice(cases, staff, clients))
    return findings


async def _cases(town: Town, staff: list[Counselor], clients: list[Client]) -> list[Case]:
    by_conversation = {one.conversation_id: one for one in clients}
    roster = [OnRoster(id=c.id, name=c.name, traits=frozenset(c.traits)) for c in staff]
    found = []
    async with town.database.transaction() as tx:
        for row in await tx.rows(select(handoff).order_by(handoff.c.id)):
            client = by_conversation[row.conversation_id]
            fits = {one.id for one in roster if is_eligible(one, client.needs)}
            found.append(Case(row, await ladder_records.of(tx, row.id), client, fits))
    return found


# --- none lost -----------------------------------------------------------------------------------------------


async def _lost(town: Town, cases: list[Case], clients: list[Client]) -> list[str]:
    wrong = [
        f"{c.row.tag} is {c.row.state}, {await _next(town, c)}" for c in cases if c.row.state != "closed"
    ]
    opened = {case.client.place for case in cases}
    told = await _told(town)
    wrong += [
        f"client {one.place} ({one.way}) asked, and no handoff was opened: {one.heard}"
        for one in clients
        if one.place not in opened and one.conversation_id not in told
    ]
    for case in cases:
        if case.row.close_reason == "unanswered" and not case.client.heard_any("No counselor could join"):
            wrong += [f"{case.row.tag} ended, and the client was not told"] * await _was_not_sent(town, case)
    return wrong + await _left(town)


async def _told(town: Town) -> set[str]:
    """The conversations in which was said that nobody fits, also where the sender died before it knew the outcome."""
    async with town.database.transaction() as tx:
        rows = await tx.rows(select(message).where(message.c.direction == "outgoing"))
        words = [(row.conversation_id, tx.vault.open(row.text, "message.text")) for row in rows]
    return {conversation_id for conversation_id, text in words if "nobody_eligible" in text}


async def _next(town: Town, case: Case) -> str:
    async with town.database.transaction() as tx:
        return f"timers {await timers.pending(tx, str(case.row.id))}, at {town.clock.now()}"


async def _was_not_sent(town: Town, case: Case) -> int:
    """Whether the words at the end were never tried: a text whose sender died is not sent twice, and says unknown."""
    async with town.database.transaction() as tx:
        of_client = (message.c.handoff_id == case.row.id) & message.c.counselor_id.is_(None)
        rows = await tx.rows(select(message).where(of_client, message.c.direction == "outgoing"))
        ends = [r for r in rows if "No counselor could join" in tx.vault.open(r.text, "message.text")]
    return int(not any(row.status == "unknown" for row in ends))


async def _left(town: Town) -> list[str]:
    async with town.database.transaction() as tx:
        rows = await tx.rows(select(message).order_by(message.c.id))
    unhandled = [
        f"message {r.id} was not handled" for r in rows if r.direction == "incoming" and not r.handled_at
    ]
    failed = [f"message {r.id} failed" for r in rows if r.outcome == "failed"]
    unsent = [f"text {r.id} was not sent" for r in rows if r.status in ("queued", "sending")]
    return unhandled + failed + unsent


# --- nobody wrong --------------------------------------------------------------------------------------------


def _wrong_people(cases: list[Case], staff: list[Counselor]) -> list[str]:
    names = {one.id: one.name for one in staff}
    return [
        f"{case.row.tag}: {names[who]} was {what} and is not eligible"
        for case in cases
        for what in ("asked", "taken", "first_reply")
        for who in case.who(what)
        if who not in case.fits
    ]


def _wrong_texts(town: Town, cases: list[Case], staff: list[Counselor], clients: list[Client]) -> list[str]:
    """Every text that a phone received: about a case only to who may know, words only between the two they are for."""
    by_tag = {case.row.tag: case for case in cases}
    by_number = {one.number: one for one in staff}
    by_mark = {one.mark: [case for case in cases if case.client is one] for one in clients}
    wrong = []
    for place, sent in enumerate(town.provider.accepted):
        person, text = by_number.get(sent["To"]), sent["Body"]
        if person is None:
            wrong += _of_a_client(text, sent["To"], by_tag, cases, staff)
            continue
        found = _CASE.search(text)
        tag = next((g for g in found.groups() if g), None) if found else None
        about = by_tag.get(tag) if tag else None
        if about is not None and not any(words in text for words in _NO_CONTENT):
            if person.id not in about.fits:
                wrong.append(f"{person.name} got {text!r} and is not eligible")
            if any(name == person.name and place > since for name, since in about.client.refused):
                wrong.append(f"{person.name} got {text!r} after the client wanted somebody else")
        for mark in re.findall(r"mark\d+x", text):
            if not any(person.id in case.who("taken") for case in by_mark[mark]):
                wrong.append(f"{person.name} read {mark} and never held it")
    return wrong


def _of_a_client(
    text: str, number: str, by_tag: dict[str, Case], cases: list[Case], staff: list[Counselor]
) -> list[str]:
    """A counselor's words reach a client whose case they took, and words about a case only that client."""
    writer = next((one for one in staff if text.startswith(f"{one.name}: ")), None)
    theirs = [who for case in cases if case.client.number == number for who in case.who("taken")]
    strange = [f"{number} got {text!r}, which nobody of theirs wrote"]
    return strange * (writer is not None and writer.id not in theirs) + [
        f"{number} got words about {tag}"
        for tag in re.findall(r"about (\w+)\.", text)
        if by_tag[tag].client.number != number
    ]


# --- no step skipped -----------------------------------------------------------------------------------------

_ANEW = ("hurried", "given_back")


def _steps(cases: list[Case], staff: list[Counselor]) -> list[str]:
    return [f"{case.row.tag}: {wrong}" for case in cases for wrong in _steps_of(case, staff)]


def _steps_of(case: Case, staff: list[Counselor]) -> Iterable[str]:
    """The steps that were taken, in order; one may be missing only where it had nobody to ask."""
    before = -1
    asked: dict[int, set[str]] = {}
    all_asked: set[str] = set()
    for one in case.seen:
        if one.what in _ANEW:
            before, asked = ROUNDS_FROM - 1 if one.what == "given_back" else -1, {}
        if one.what != "asked" or one.counselor_id is None:
            continue
        all_asked.add(one.counselor_id)
        if one.counselor_id in asked.get(one.step, set()):
            yield f"step {one.step} was taken twice"
        asked.setdefault(one.step, set()).add(one.counselor_id)
        if one.step > before + 1 and not _special(case):
            skipped = range(before + 1, one.step)
            yield from (f"step {n} was skipped" for n in skipped if _who_of(n, case, staff) - _in(asked))
        before = max(before, one.step)
    if case.row.close_reason == "unanswered" and (left := case.fits - all_asked):
        yield f"ended, and {len(left)} who fit were never asked"


def _special(case: Case) -> bool:
    """Needs that changed, and a case passed on by name, have an order of their own."""
    return case.client.wants_other or bool(case.who("given_back"))


def _in(asked: dict[int, set[str]]) -> set[str]:
    return set().union(*asked.values()) if asked else set()


def _who_of(step: int, case: Case, staff: list[Counselor]) -> set[str]:
    """Whom a step asks when everybody is on duty and free, beside those who were asked before."""
    if case.row.priority == "crisis" or step >= ROUNDS_FROM:
        return set(case.fits)
    return {one.id for one in staff if one.id in case.fits and one.supervisor == (step == 2)}


# --- nothing twice -------------------------------------------------------------------------------------------


def _twice(cases: list[Case], staff: list[Counselor], clients: list[Client]) -> list[str]:
    wrong = []
    for case in cases:
        held = 0
        for one in case.seen:
            held += {"taken": 1, "given_back": -1}.get(one.what, 0)
            if held > 1:
                wrong.append(f"{case.row.tag} was taken by two at once")
        if handoff_from(case.row).state == "taken":
            wrong.append(f"{case.row.tag} is still held")
    for one in clients:
        taken = sum(len(case.who("taken")) for case in cases if case.client is one)
        if sum(JOINED in text for text in one.heard) > taken:
            wrong.append(f"client {one.place} heard more often that somebody joined than somebody did")
        replies = Counter(word for text in one.heard for word in re.findall(r"reply\d+of\w+", text))
        wrong += [f"client {one.place} heard {word} {n} times" for word, n in replies.items() if n > 1]
    for counselor in staff:
        yours = Counter(text.split()[0] for text in counselor.heard if " is yours." in text)
        for case in cases:
            if yours[case.row.tag] > case.who("taken").count(counselor.id):
                wrong.append(f"{counselor.name} heard too often that {case.row.tag} is theirs")
    return wrong
