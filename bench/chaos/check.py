"""After the storm: is every accepted message answered or relayed exactly as the design allows, in order?

The database says what the service believes, the provider what reached a phone; both must agree.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import psycopg
from psycopg.rows import dict_row

from bench.chaos.people import People, Story
from bench.chaos.provider import Reached
from bot.store.vault import Vault

_MESSAGES = """
SELECT m.id, m.conversation_id::text, m.counselor_id::text, m.direction, m.external_id, m.author, m.kind, m.text,
       m.status, m.outcome, m.error_code, m.reply_to, m.priority, m.attempts, m.created_at, m.handled_at
FROM message m ORDER BY m.id
"""
UNDONE = """
SELECT (SELECT count(*) FROM message WHERE direction = 'incoming' AND handled_at IS NULL)
     + (SELECT count(*) FROM message WHERE direction = 'outgoing' AND status IN ('queued', 'sending'))
"""
ARRIVED = ("sent", "delivered", "read")


@dataclass
class Found:
    """`wrong` holds every breach in words; empty is what must be shown. `figures` are for the report."""

    wrong: list[str] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)


@dataclass
class Ledger:
    """Everything that was stored and everything that reached a phone."""

    rows: list[dict[str, Any]]
    by_sid: dict[str, dict[str, Any]]
    reached: dict[int, list[Reached]]

    @classmethod
    def read(cls, dsn: str, vault: Vault, reached: list[Reached]) -> "Ledger":
        with psycopg.connect(dsn, row_factory=dict_row) as connection:
            rows = connection.execute(_MESSAGES).fetchall()
        for row in rows:
            row["text"] = vault.open(bytes(row["text"]), "message.text")
        by_sid = {row["external_id"]: row for row in rows if row["direction"] == "incoming"}
        arrivals: dict[int, list[Reached]] = defaultdict(list)
        for text in reached:
            arrivals[text.message].append(text)
        return cls(rows, by_sid, arrivals)

    @property
    def outgoing(self) -> list[dict[str, Any]]:
        return [row for row in self.rows if row["direction"] == "outgoing"]


def check(ledger: Ledger, asked: dict[str, str], expected: dict[str, list[str]], people: People) -> Found:
    """`asked`: the question behind each accepted id of a client with questions; `expected`: its right answer."""
    found = Found()
    _nothing_lost(found, ledger, [*asked, *people.accepted])
    _each_answered_once(found, ledger, asked, expected)
    _each_relayed_once(found, ledger, people.stories)
    _sent_as_stored(found, ledger)
    _in_order(found, ledger)
    return found


def _nothing_lost(found: Found, ledger: Ledger, accepted: list[str]) -> None:
    stored = [ledger.by_sid.get(sid) for sid in accepted]
    lost = stored.count(None)
    unhandled = sum(1 for row in ledger.by_sid.values() if row["handled_at"] is None)
    failed = sum(1 for row in ledger.by_sid.values() if row["outcome"] == "failed")
    found.figures |= {
        "accepted": len(accepted),
        "lost": lost,
        "not dealt with": unhandled,
        "given up": failed,
    }
    found.figures["outcomes"] = dict(Counter(str(row["outcome"]) for row in ledger.by_sid.values()))
    found.wrong += [f"{lost} accepted messages were not stored"] if lost else []
    found.wrong += [f"{unhandled} stored messages were never dealt with"] if unhandled else []
    found.wrong += [f"{failed} messages were given up"] if failed else []


def _each_answered_once(
    found: Found, ledger: Ledger, asked: dict[str, str], expected: dict[str, list[str]]
) -> None:
    """The right answer once, or once the honest words that a part is not working."""
    answers: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in ledger.outgoing:
        if row["reply_to"] is not None and row["kind"] in ("answer", "notice"):
            answers[row["reply_to"]].append(row)
    right = honest = 0
    for sid, question in asked.items():
        incoming = ledger.by_sid.get(sid)
        said = [row["text"] for row in answers[incoming["id"]]] if incoming else []
        if incoming is not None and incoming["outcome"] == "dialogue_down":
            honest += 1
            if len(said) != 1:
                found.wrong.append(f"message {incoming['id']}: {len(said)} honest texts instead of one")
        elif said == expected[question]:
            right += 1
        else:
            number = incoming["id"] if incoming else "?"
            outcome = incoming["outcome"] if incoming else "lost"
            found.wrong.append(f"message {number} ({outcome}): {len(said)} answers, not the right one")
    found.figures |= {"answered right, once": right, "told honestly that a part is down": honest}


def _each_relayed_once(found: Found, ledger: Ledger, stories: list[Story]) -> None:
    """Every word of a client whom a counselor holds is queued for that counselor once, and the other way round."""
    to_staff = _marks(ledger, to_counselor=True)
    to_client = _marks(ledger, to_counselor=False)
    relayed = 0
    for story in stories:
        for mark, sid in story.written:
            row = ledger.by_sid.get(sid)
            if row is not None and row["outcome"] == "relay":
                relayed += 1
                if to_staff[mark] != 1:
                    found.wrong.append(f"{mark} was relayed {to_staff[mark]} times")
    said = [row for row in ledger.by_sid.values() if row["author"] == "counselor" and " za" in row["text"]]
    wanted = Counter(row["text"].split()[-1] for row in said if row["outcome"] == "done")
    for mark in {
        row["text"].split()[-1] for row in said
    }:  # what came after DONE is refused, and reaches nobody
        if to_client[mark] != wanted[mark]:
            found.wrong.append(f"{mark} was relayed to the client {to_client[mark]} times")
    found.figures |= {
        "stories": len(stories),
        "relayed to counselors": relayed,
        "relayed to clients": sum(row["outcome"] == "done" for row in said),
    }
    waits = sorted(s.helped_at - s.taken_at for s in stories if s.helped_at and s.taken_at)
    found.figures["stories whose help reached the phone"] = len(waits)
    if waits:
        found.figures["seconds to the crisis text, median and worst"] = [
            round(median(waits), 2),
            round(waits[-1], 2),
        ]


def _marks(ledger: Ledger, *, to_counselor: bool) -> Counter[str]:
    first = "zq" if to_counselor else "za"
    marks: Counter[str] = Counter()
    for row in ledger.outgoing:
        if (row["counselor_id"] is not None) == to_counselor and row["kind"] == "relay":
            marks.update(word for word in row["text"].split() if word.startswith(first))
    return marks


def _sent_as_stored(found: Found, ledger: Ledger) -> None:
    """What the service believes to have left has reached the phone once; what it does not know, at most once."""
    states: Counter[str] = Counter()
    repeated = 0
    for row in ledger.outgoing:
        states[row["status"]] += 1
        arrivals = Counter(text.part for text in ledger.reached[row["id"]])
        most = max(arrivals.values(), default=0)
        allowed = 2 if row["kind"] == "crisis" else 1
        if most > 1:
            repeated += 1
        if most > allowed:
            found.wrong.append(f"text {row['id']} ({row['kind']}) reached the phone {most} times")
        if row["status"] in ARRIVED and most == 0:
            found.wrong.append(f"text {row['id']} is {row['status']} and reached no phone")
        if row["status"] in ("queued", "sending"):
            found.wrong.append(f"text {row['id']} never left")
    found.figures |= {
        "texts queued": len(ledger.outgoing),
        "states": dict(states),
        "crisis texts sent twice": repeated,
    }


def _in_order(found: Found, ledger: Ledger) -> None:
    """Answers are queued in the order of what they answer, and reach a phone in the order they were queued.

    About one client, that is: what a counselor hears of two clients has no order between them.
    """
    newest: dict[str, int] = {}
    for row in ledger.outgoing:
        if row["counselor_id"] is None and row["kind"] == "answer" and row["reply_to"] is not None:
            if row["reply_to"] < newest.get(row["conversation_id"], 0):
                found.wrong.append(f"text {row['id']} answers an older message than the one before")
            newest[row["conversation_id"]] = row["reply_to"]
    by_id = {row["id"]: row for row in ledger.outgoing}
    last: dict[tuple[str, str | None, int], int] = {}
    for text in sorted((t for texts in ledger.reached.values() for t in texts), key=lambda text: text.at):
        row = by_id[text.message]
        key = (text.to, row["conversation_id"], row["priority"])
        if text.message < last.get(key, 0) and row["kind"] != "crisis":
            found.wrong.append(f"text {text.message} reached its phone after a later one")
        last[key] = max(text.message, last.get(key, 0))


def waits(ledger: Ledger, taken: dict[str, float]) -> dict[str, float]:
    """Seconds from the 200 of the webhook to the first text of the answer on the phone."""
    first: dict[int, float] = {}
    for row in ledger.outgoing:
        texts = ledger.reached[row["id"]]
        if row["reply_to"] is not None and texts:
            first[row["reply_to"]] = min(first.get(row["reply_to"], texts[0].at), texts[0].at)
    rows = ((ledger.by_sid.get(sid), at) for sid, at in taken.items())
    spent = sorted(first[row["id"]] - at for row, at in rows if row is not None and row["id"] in first)
    if not spent:
        return {}
    places = {"median": 0.5, "95th": 0.95, "99th": 0.99, "worst": 1.0}
    return {name: round(spent[round(share * (len(spent) - 1))], 2) for name, share in places.items()}


def undone(dsn: str) -> int:
    """How many messages and texts are still on their way."""
    with psycopg.connect(dsn) as connection:
        row = connection.execute(UNDONE).fetchone()
    return int(row[0]) if row else 0
