"""The count after a storm (`bench/chaos`) finds what must not happen: each kind of breach, and none where all is well."""

from typing import Any

import pytest

from bench.chaos.check import Ledger, check
from bench.chaos.people import People, Story
from bench.chaos.provider import Provider, Reached

ASKED, RIGHT = {"SM1": "a question", "SM2": "another"}, {"a question": ["its answer"], "another": ["its own"]}


def incoming(number: int, sid: str, outcome: str | None = "answered", text: str = "words") -> dict[str, Any]:
    handled = None if outcome is None else "then"
    return row(number, "incoming", external_id=sid, outcome=outcome, text=text, handled_at=handled)


def answer(number: int, reply_to: int, text: str, **more: Any) -> dict[str, Any]:
    return row(number, "outgoing", reply_to=reply_to, text=text, **more)


def row(number: int, direction: str, **more: Any) -> dict[str, Any]:
    known = {
        "conversation_id": "c",
        "counselor_id": None,
        "external_id": None,
        "author": "client" if direction == "incoming" else "bot",
        "kind": "answer",
        "status": "delivered",
        "outcome": None,
        "reply_to": None,
        "priority": 0,
        "handled_at": None,
    }
    return {"id": number, "direction": direction, **known, **more}


def all_well() -> list[dict[str, Any]]:
    return [incoming(1, "SM1"), incoming(2, "SM2"), answer(3, 1, "its answer"), answer(4, 2, "its own")]


def phone(*numbers: int) -> list[Reached]:
    return [
        Reached(float(at), "+15550180001", "+15550100100", "", number, False)
        for at, number in enumerate(numbers)
    ]


def breaches(
    rows: list[dict[str, Any]], reached: list[Reached], stories: list[Story] | None = None
) -> list[str]:
    arrivals: dict[int, list[Reached]] = {one["id"]: [] for one in rows}
    for text in reached:
        arrivals[text.message].append(text)
    by_sid = {one["external_id"]: one for one in rows if one["direction"] == "incoming"}
    people = People(Provider([], 0.0, None), stories or [])  # type: ignore[arg-type]
    return check(Ledger(rows, by_sid, arrivals), ASKED, RIGHT, people).wrong


def test_where_all_is_well_it_finds_nothing() -> None:
    assert breaches(all_well(), phone(3, 4)) == []


def test_an_honest_text_stands_for_an_answer_once() -> None:
    rows = all_well()
    rows[0]["outcome"], rows[2]["text"] = "dialogue_down", "a part of me is not working"
    assert breaches(rows, phone(3, 4)) == []
    rows.append(answer(5, 1, "a part of me is not working"))
    assert len(breaches(rows, phone(3, 4, 5))) == 2  # twice, and in the wrong order


@pytest.mark.parametrize(
    ("what", "changed", "reached"),
    [
        ("not stored", lambda rows: rows.pop(1), (3, 4)),
        ("never dealt with", lambda rows: rows[1].update(handled_at=None), (3, 4)),
        ("not the right one", lambda rows: rows[3].update(text="its answer"), (3, 4)),
        ("not the right one", lambda rows: rows.append(answer(5, 2, "its own")), (3, 4, 5)),
        ("reached the phone 2 times", lambda _rows: None, (3, 4, 4)),
        ("reached no phone", lambda _rows: None, (3,)),
        ("never left", lambda rows: rows[3].update(status="queued"), (3,)),
        ("after a later one", lambda _rows: None, (4, 3)),
        ("older message", lambda rows: (rows[2].update(reply_to=2), rows[3].update(reply_to=1)), (3, 4)),
    ],
)
def test_each_breach_is_found(what: str, changed: Any, reached: tuple[int, ...]) -> None:
    rows = all_well()
    changed(rows)
    assert any(what in line for line in breaches(rows, phone(*reached)))


def test_a_crisis_text_may_come_twice_after_an_unknown_outcome_and_nothing_else_may() -> None:
    rows = [*all_well(), answer(5, 2, "call 988", kind="crisis", priority=100)]
    assert breaches(rows, phone(3, 4, 5, 5)) == []


def test_a_text_whose_outcome_is_unknown_may_have_come_or_not() -> None:
    rows = all_well()
    rows[3]["status"] = "unknown"
    assert breaches(rows, phone(3)) == breaches(rows, phone(3, 4)) == []


def test_words_that_a_counselor_got_twice_or_never_are_found() -> None:
    story = Story(1, written=[("zq1x1", "SM3")])
    said = incoming(5, "SM3", "relay", "more zq1x1")
    relayed = row(6, "outgoing", counselor_id="k", kind="relay", text="K7: more zq1x1", status="unknown")
    assert breaches([*all_well(), said, relayed], phone(3, 4), [story]) == []
    assert breaches([*all_well(), said], phone(3, 4), [story]) == ["zq1x1 was relayed 0 times"]
    assert breaches([*all_well(), said, relayed, {**relayed, "id": 7}], phone(3, 4), [story])
