"""Who may be a person's counselor: musts and nevers are hard on every path, whatever the hour or the rank."""

import random
from datetime import UTC, datetime, timedelta
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.commands import read_command
from bot.domain.handoff import Ladder, new_tag, whom_to_ask
from bot.domain.matching import Counselor, eligible, is_eligible
from bot.domain.needs import Needs
from bot.domain.schedule import DAYS, read_hours
from bot.domain.shifts import Watch

OPEN = Watch(read_hours({day: ["00:00-24:00"] for day in DAYS}, "UTC"), datetime(2026, 11, 24, tzinfo=UTC))
TRAITS = ("gender:woman", "gender:man", "gender:nonbinary", "language:es", "trained:trauma", "peer")
IDS = ("ana", "ben", "cleo", "dan", "eve")
NEED = st.sampled_from([*TRAITS, *(f"counselor:{i}" for i in IDS)])


def _lists(most: int) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(NEED, max_size=most, unique=True).map(tuple)


needs = st.builds(Needs, must=_lists(2), prefer=_lists(3), never=_lists(3))
counselor = st.builds(
    Counselor,
    id=st.sampled_from(IDS),
    name=st.just("A"),
    traits=st.frozensets(st.sampled_from(TRAITS)),
    role=st.sampled_from(["counselor", "supervisor"]),
    away=st.booleans(),
    active=st.booleans(),
    holding=st.integers(0, 4),
)
rosters = st.lists(counselor, max_size=5, unique_by=lambda c: c.id)


@given(rosters, needs)
def test_nobody_who_is_eligible_hits_a_never_or_misses_a_must(roster: list[Counselor], wanted: Needs) -> None:
    for found in eligible(roster, wanted):
        own = found.traits | {f"counselor:{found.id}"}
        assert found.active
        assert not own & set(wanted.never)
        assert set(wanted.must) <= own


@given(rosters, needs)
def test_order_never_decides_who_is_eligible(roster: list[Counselor], wanted: Needs) -> None:
    assert eligible(roster, wanted) == eligible(roster[::-1], wanted)


@given(rosters, needs, st.integers(0, 6), st.booleans(), st.sets(st.sampled_from(IDS)))
def test_every_step_of_the_ladder_asks_only_eligible_reachable_counselors_not_asked_before(
    roster: list[Counselor], wanted: Needs, step: int, crisis: bool, asked: set[str]
) -> None:
    chosen = whom_to_ask(step, eligible(roster, wanted), asked, Ladder(), OPEN, crisis=crisis)
    assert len({c.id for c in chosen}) == len(chosen)
    for found in chosen:
        assert is_eligible(found, wanted)
        assert found.reachable
        assert found.id not in asked


@given(rosters)
def test_a_crisis_asks_everybody_eligible_and_reachable_at_once(roster: list[Counselor]) -> None:
    candidates = eligible(roster, Needs())
    chosen = whom_to_ask(0, candidates, (), Ladder(), OPEN, crisis=True)
    assert {c.id for c in chosen} == {c.id for c in candidates if c.reachable}


def test_wishes_come_first_in_the_order_and_exclude_nobody() -> None:
    woman = Counselor("ana", "Ana", frozenset({"gender:woman"}), holding=2)
    man = Counselor("ben", "Ben", frozenset({"gender:man"}))
    assert eligible([man, woman], Needs(prefer=("gender:woman",))) == [woman, man]


def test_every_step_has_a_time_and_a_crisis_is_faster() -> None:
    ladder = Ladder()
    for step in range(10):
        assert timedelta() < ladder.wait(step, "crisis") <= ladder.wait(step, "normal")


@given(st.integers(0, 2**32), st.integers(0, 60))
def test_a_tag_is_short_plain_and_in_nobodys_hands(seed: int, many: int) -> None:
    import random

    rng, taken = random.Random(seed), set[str]()
    for _ in range(many):
        tag = new_tag(taken, rng)
        assert tag not in taken
        assert tag[0].isalpha()
        assert tag[1:].isdigit()
        assert not set(tag) & set("BGIOQSUVZ01")
        taken.add(tag)


def test_tags_grow_before_they_run_out_and_a_counselor_can_text_the_longest() -> None:
    """A line with many handoffs must not run out of tags: then not even a crisis could be passed on."""
    rng = random.Random(7)
    letters, digits = "ACDEFHJKLMNPRTWXY", "23456789"
    taken = {
        letter + "".join(rest) for letter in letters for n in (1, 2, 3) for rest in product(digits, repeat=n)
    }
    tag = new_tag(taken, rng)
    assert len(tag) == 5
    assert read_command(f"TAKE {tag}").tag == tag
    assert read_command(f"{tag} I am here").tag == tag
