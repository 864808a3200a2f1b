"""A week of hours as people write it: read kindly, written back the same, and wrong words named."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.schedule import DAYS, BadHours, read_week, read_week_text, week_text

GOOD = {
    "mon-fri 09:00-17:00": {day: ["09:00-17:00"] for day in DAYS[:5]},
    "MON 09:00-12:00, 13:00-17:00; sat 10:00-14:00": {
        "mon": ["09:00-12:00", "13:00-17:00"],
        "sat": ["10:00-14:00"],
    },
    "monday 9:00-17:00": {"mon": ["9:00-17:00"]},
    "mon,wed 09:00-17:00; wed closed": {"mon": ["09:00-17:00"], "wed": ["09:00-17:00"]},
    "sun 00:00-24:00": {"sun": ["00:00-24:00"]},
    "never": {},
    "": {},
}
WRONG = {
    "funday 09:00-17:00": "is no day",
    "mon 17:00-09:00": "is no span",
    "mon 25:00-26:00": "later than 24:00",
    "mon nine to five": "is no span",
    "mon": "names no hours",
    "fri-mon 09:00-17:00": "over the weekend",
    "mon 09:00-12:00, 11:00-13:00": "overlap",
    "mon 09:00-17:00; mon 16:00-18:00": "overlap",
    "<script>": "is no day",
}


@pytest.mark.parametrize(("text", "week"), GOOD.items())
def test_what_people_write_is_read(text: str, week: dict[str, list[str]]) -> None:
    assert read_week_text(text) == week


@pytest.mark.parametrize(("text", "words"), WRONG.items())
def test_what_is_wrong_is_named(text: str, words: str) -> None:
    with pytest.raises(BadHours, match=words):
        read_week_text(text)


_spans = st.lists(st.integers(0, 24 * 60), min_size=0, max_size=6, unique=True).map(
    lambda minutes: tuple(zip(sorted(minutes)[0::2], sorted(minutes)[1::2], strict=False))
)


@given(st.tuples(*[_spans] * 7))
def test_a_week_is_written_as_it_is_read(week: tuple[tuple[tuple[int, int], ...], ...]) -> None:
    assert read_week(read_week_text(week_text(week))) == week


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_and_nothing_else_happens(text: str) -> None:
    with suppress(BadHours):
        assert len(read_week(read_week_text(text))) == 7
