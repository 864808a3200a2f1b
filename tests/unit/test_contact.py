"""Who may be sent a text unasked: whatever was not said to be safe is kept, and a gap reveals nothing."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.contact import (
    FRESH,
    GAP,
    JUST_NOW,
    QUIET,
    Contact,
    Reach,
    Situation,
    from_json,
    may_text_after_a_call,
    needs_word,
    next_time,
    reach,
    to_json,
)
from bot.domain.contact_said import contact_said

ZONE = ZoneInfo("America/Chicago")
NOON = datetime(2026, 11, 24, 18, tzinfo=UTC)

spans = st.lists(
    st.tuples(st.integers(0, 1439), st.integers(1, 1440)).filter(lambda s: s[0] != s[1]), max_size=2
)
contacts = st.builds(
    Contact,
    safe=st.sampled_from(["unknown", "yes", "times", "no"]),
    spans=spans.map(tuple),
    said_at=st.one_of(st.none(), st.integers(0, 90).map(lambda days: NOON - timedelta(days=days))),
    call_me=st.text(max_size=5),
    word=st.sampled_from(["", "bluebird", "Blue Bird"]),
)
situations = st.builds(
    Situation,
    now=st.integers(0, 2880).map(lambda minutes: NOON + timedelta(minutes=minutes)),
    heard_at=st.one_of(
        st.none(), st.integers(0, 20_000).map(lambda minutes: NOON - timedelta(minutes=minutes))
    ),
    verified_at=st.one_of(st.none(), st.just(NOON)),
    parked=st.booleans(),
    zone=st.just(ZONE),
)


def _minute(at: Situation) -> int:
    local = at.now.astimezone(ZONE)
    return local.hour * 60 + local.minute


@given(contacts, situations)
def test_nothing_goes_unasked_to_who_left_or_said_no_or_at_other_times(
    contact: Contact, at: Situation
) -> None:
    gap = None if at.heard_at is None else at.now - at.heard_at
    allowed = not at.parked and gap is not None
    if gap is not None and gap > JUST_NOW:
        allowed = allowed and contact.safe != "no" and (contact.safe != "times" or _in_spans(contact, at))
    assert allowed or reach(contact, at) is Reach.HOLD


def _in_spans(contact: Contact, at: Situation) -> bool:
    now = _minute(at)
    return any(a <= now < b if a < b else now >= a or now < b for a, b in contact.spans)


@given(contacts, situations)
def test_after_a_gap_a_text_never_goes_by_itself(contact: Contact, at: Situation) -> None:
    if at.heard_at is not None and at.now - at.heard_at > GAP:
        assert reach(contact, at) in (Reach.KNOCK, Reach.HOLD)


@given(contacts, situations)
def test_after_a_gap_it_needs_a_fresh_word_that_it_is_safe_and_no_quiet_hour(
    contact: Contact, at: Situation
) -> None:
    if reach(contact, at) is not Reach.KNOCK or contact.safe == "times":
        return
    assert contact.safe == "yes"
    assert contact.said_at is not None
    assert at.now - contact.said_at <= FRESH
    assert QUIET[0] <= _minute(at) < QUIET[1]


@given(contacts, situations)
def test_the_next_time_lies_ahead_and_is_one_at_which_a_text_may_come(
    contact: Contact, at: Situation
) -> None:
    due = next_time(contact, at)
    if due is None:
        assert contact.safe in ("no", "unknown") or not contact.spans
        return
    assert due > at.now
    assert due - at.now <= timedelta(days=2)


@given(contacts)
def test_what_was_said_comes_back_as_it_was_kept(contact: Contact) -> None:
    assert from_json(to_json(contact)) == contact


def test_a_code_word_is_asked_again_after_a_gap_and_knows_its_own_word_however_it_is_written() -> None:
    contact = Contact(word="Blue Bird")
    at = Situation(NOON, NOON, NOON - GAP - timedelta(minutes=1), parked=False, zone=ZONE)
    assert needs_word(contact, at)
    assert not needs_word(contact, Situation(NOON, NOON, NOON - timedelta(hours=1), parked=False, zone=ZONE))
    assert contact.is_word(" blue  bird! ")
    assert not contact.is_word("bluebird nest")
    assert not Contact().is_word("")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("call me Sam", {"call_me": "Sam"}),
        ("please don't text me first", {"safe": "no", "spans": ()}),
        ("it isn't safe to text me", {"safe": "no", "spans": ()}),
        ("you can text me anytime", {"safe": "yes", "spans": ()}),
        ("my code word is bluebird", {"word": "bluebird"}),
        ("code word blue bird", {"word": "blue bird"}),
        ("only text me after 6 pm", {"safe": "times", "spans": ((1080, 1320),)}),
        ("text me between 9 and 5 only please", {"safe": "times", "spans": ((540, 1020),)}),
        ("don't text me after 9", {"safe": "times", "spans": ((420, 540),)}),
    ],
)
def test_what_is_said_about_texting_is_read(text: str, values: dict[str, object]) -> None:
    said = contact_said(text)
    assert said is not None
    assert said.values == values


@pytest.mark.parametrize(
    "text",
    [
        "call me back",
        "call me tomorrow please",
        "call me",
        "is it safe to stop drinking",
        "i don't feel safe",
        "not safe",
        "it's ok",
        "he only texts me after 6 pm when he is drunk",
        "9 to 5",
        "my husband reads my phone",
        "can you text me between 25 and 99",
        "",
    ],
)
def test_words_that_may_mean_something_else_are_left_alone(text: str) -> None:
    assert contact_said(text) is None


def test_bare_hours_count_only_where_they_were_asked_for() -> None:
    said = contact_said("6 to 8 pm", asked_for_times=True)
    assert said is not None
    assert said.spans == ((1080, 1200),)


def _heard(ago: timedelta | None, hour: int = 12, *, parked: bool = False) -> Situation:
    now = datetime(2026, 11, 24, hour, 30, tzinfo=ZONE)
    return Situation(now, None if ago is None else now - ago, None, parked, ZONE)


@pytest.mark.parametrize(
    ("contact", "at", "may"),
    [
        (Contact(), _heard(None), False),
        (Contact(), _heard(timedelta(hours=2)), True),
        (Contact(), _heard(timedelta(hours=2), 23), False),
        (Contact(), _heard(timedelta(minutes=2), 23), True),
        (Contact(), _heard(timedelta(minutes=2), parked=True), False),
        (Contact(), _heard(timedelta(days=3)), False),
        (Contact("no", said_at=NOON), _heard(timedelta(hours=2)), False),
        (Contact("yes", said_at=NOON), _heard(timedelta(days=3)), True),
        (Contact("yes", said_at=NOON), _heard(timedelta(days=3), 23), False),
        (Contact("yes", said_at=NOON - FRESH * 2), _heard(timedelta(days=3)), False),
        (Contact("times", ((23 * 60, 24 * 60),), NOON), _heard(timedelta(days=3), 23), True),
        (Contact("times", ((23 * 60, 24 * 60),), NOON), _heard(timedelta(days=3), 12), False),
    ],
)
def test_after_a_missed_call_a_text_comes_only_to_who_wrote_when_it_is_safe_and_no_night(
    contact: Contact, at: Situation, may: bool
) -> None:
    assert may_text_after_a_call(contact, at) is may
