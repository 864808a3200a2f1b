"""The pure part of the ladder at thousands of rosters, needs and texts: who is asked, what is next, which case is meant.

More of them: `WARMLINE_TEST_EXAMPLES=20000 .venv/bin/python -m pytest tests/unit/test_ladder_properties.py`.
"""

import os
import string
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.commands import Verb, case_meant, read_command
from bot.domain.handoff import ROUNDS_FROM, Ladder, Pace, whom_to_ask
from bot.domain.matching import Counselor, eligible
from bot.domain.needs import Needs
from bot.domain.schedule import DAYS, read_hours
from bot.domain.shifts import Watch

EXAMPLES = int(os.environ.get("WARMLINE_TEST_EXAMPLES", "500"))  # of each rule
THOUSANDS = settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None)
OPEN = Watch(read_hours({day: ["00:00-24:00"] for day in DAYS}, "UTC"), datetime(2026, 11, 24, tzinfo=UTC))
TRAITS = ("gender:woman", "gender:man", "language:es", "trained:trauma")
IDS = tuple("abcdefg")
NEEDS = (*TRAITS, *(f"counselor:{one}" for one in IDS))


def _few(most: int) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(NEEDS), max_size=most).map(tuple)


needs = st.builds(Needs, must=_few(1), prefer=_few(2), never=_few(3))
rosters = st.lists(
    st.builds(
        Counselor,
        id=st.sampled_from(IDS),
        name=st.just("A"),
        traits=st.frozensets(st.sampled_from(TRAITS), max_size=3),
        role=st.sampled_from(("counselor", "counselor", "supervisor", "operator", "auditor")),
        away=st.sampled_from((False, False, True)),
        active=st.sampled_from((True, True, True, False)),
        opted_out=st.sampled_from((False, False, False, True)),
        holding=st.integers(0, 4),
        channel=st.sampled_from(("sms", "desk")),
    ),
    max_size=7,
    unique_by=lambda one: one.id,
)
paces = st.builds(
    Pace,
    first=st.integers(1, 5),
    step=st.integers(5, 300).map(lambda n: timedelta(seconds=n)),
    proof=st.just(timedelta(seconds=20)),
    again=st.integers(30, 900).map(lambda n: timedelta(seconds=n)),
    rounds=st.integers(1, 8),
    first_reply=st.just(timedelta(minutes=4)),
)
ladders = st.builds(Ladder, normal=paces, crisis=paces)


@THOUSANDS
@given(rosters, needs, ladders, st.booleans())
def test_before_the_rounds_every_eligible_counselor_on_duty_was_asked_exactly_once(
    roster: list[Counselor], wanted: Needs, ladder: Ladder, crisis: bool
) -> None:
    """No step skips anybody, and none of them asks anybody whom the client's needs exclude."""
    candidates, asked = eligible(roster, wanted), list[str]()
    for step in range(ROUNDS_FROM):
        asked += [one.id for one in whom_to_ask(step, candidates, set(asked), ladder, OPEN, crisis=crisis)]
    assert len(asked) == len(set(asked))
    assert set(asked) == {one.id for one in candidates if OPEN.on_duty(one)}


@THOUSANDS
@given(rosters, needs, ladders, st.booleans(), st.sets(st.sampled_from(IDS)))
def test_a_round_asks_everybody_eligible_who_did_not_pass(
    roster: list[Counselor], wanted: Needs, ladder: Ladder, crisis: bool, passed: set[str]
) -> None:
    candidates = eligible(roster, wanted)
    again = whom_to_ask(ROUNDS_FROM, candidates, passed, ladder, OPEN, crisis=crisis)
    assert {one.id for one in again} == {one.id for one in candidates if OPEN.on_duty(one)} - passed


@THOUSANDS
@given(ladders, st.integers(0, 40), st.sampled_from(("normal", "crisis")))
def test_every_step_has_a_next_one_with_a_time_or_is_the_honest_end(
    ladder: Ladder, step: int, priority: str
) -> None:
    """An ordinary request ends after its rounds; a crisis never ends by itself."""
    assert ladder.wait(step, priority) > timedelta()
    over = ladder.is_over(step, priority)
    assert over == (priority == "normal" and step >= ROUNDS_FROM + ladder.normal.rounds)
    assert not over or ladder.is_over(step + 1, priority)


TAGS = st.from_regex(r"[A-Z][2-9]{1,3}", fullmatch=True)
texts = st.one_of(
    st.text(alphabet=string.printable, max_size=40),
    st.text(max_size=40),
    st.builds(
        "{}{}{}".format,
        st.sampled_from(
            ("", " ", "#", "take ", "done ", "note: ", "pass", "transfer, ", "Take your ", "is ")
        ),
        TAGS,
        st.sampled_from(("", " hello", ": hello", "?", "7", "x", " and K7")),
    ),
)


@THOUSANDS
@given(texts, st.lists(TAGS, max_size=4, unique=True))
def test_a_text_without_a_clear_tag_means_a_case_only_when_one_alone_is_held(
    text: str, held: list[str]
) -> None:
    """Whatever is typed: the case it is about stands in it as a word of its own, or is the only one they hold."""
    command = read_command(text)
    meant = case_meant(command, held)
    if command.verb in (Verb.AWAY, Verb.BACK, Verb.WHO, Verb.HELP):
        assert command.tag is None
    if meant is None:
        assert command.tag is None
        assert len(held) != 1
    elif command.tag is None:
        assert held == [meant]
    else:
        words = text.upper().replace("#", " ")
        assert meant in "".join(c if c.isascii() and c.isalnum() else " " for c in words).split()


@THOUSANDS
@given(texts, TAGS)
def test_a_tag_never_becomes_part_of_the_words_that_a_client_reads(text: str, tag: str) -> None:
    said = read_command(f"{tag} {text}")
    assert said.verb is Verb.SAY
    assert said.tag == tag
    assert said.text == text.lstrip(string.whitespace + ":,-").rstrip() or said.text in text
