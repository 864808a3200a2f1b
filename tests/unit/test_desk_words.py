"""What the desk hands out: CSV that no spreadsheet computes, plots that hold their figures, canned replies that fit."""

import csv
import io
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clinic import load_clinic
from bot.console.canned import Canned, load_canned
from bot.console.exports import as_csv, cell
from bot.console.plots import Bar, bars
from bot.console.words import WRAP_UPS, time_in_words
from bot.domain import signing_in as rules
from bot.domain.sms_text import is_gsm7, segments
from bot.services.desk_work import WRAP_UPS as KNOWN

CLINIC = load_clinic(Path(__file__).resolve().parents[2] / "clinic.yml")
CANNED = load_canned(CLINIC.phone)
EVENTS = re.compile(r"\b(why|what happened|who (did|hurt)|when did|tell me (about|what))\b", re.IGNORECASE)
PROMISES = re.compile(
    r"\b(will call|right away|on the way|confidential|guarantee|in \d+ minutes)\b", re.IGNORECASE
)


@pytest.mark.parametrize(
    "formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =cmd|' /C calc'!A0", "＝1"]
)
def test_a_cell_that_would_be_a_formula_is_shown_as_it_is(formula: str) -> None:
    """OWASP, CSV injection."""
    assert cell(formula) == f"'{formula}"


@given(
    st.lists(st.lists(st.text(alphabet=st.characters(exclude_categories=("Cs",))), min_size=2, max_size=2))
)
def test_any_table_comes_back_out_of_its_csv_and_no_cell_begins_a_formula(rows: list[list[str]]) -> None:
    read = list(csv.reader(io.StringIO(as_csv(("a", "b"), rows), newline="")))
    assert len(read) == len(rows) + 1
    for row, back in zip(rows, read[1:], strict=True):
        for value, shown in zip(row, back, strict=True):
            assert shown in (value.replace("\x00", ""), f"'{value}".replace("\x00", ""))
            assert not shown.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), max_size=24))
def test_a_plot_is_well_formed_and_as_high_as_its_figures(values: list[tuple[int, int]]) -> None:
    drawn = ElementTree.fromstring(
        str(bars("A & <b>", ("x", "y"), [Bar(f"{n}:00", v) for n, v in enumerate(values)]))
    )
    heights = [float(bar.attrib["height"]) for bar in drawn.iter("rect")]
    assert len(heights) == sum(bool(part) for value in values for part in value)
    assert all(0 < height <= 147 for height in heights)
    assert "style" not in str(ElementTree.tostring(drawn))


@pytest.mark.parametrize("reply", CANNED, ids=lambda reply: reply.key)
def test_a_canned_reply_fits_two_texts_promises_nothing_and_asks_about_no_event(reply: Canned) -> None:
    sent = f"Maximilian: {reply.text}"
    assert is_gsm7(sent)
    assert segments(sent) <= 2
    assert not EVENTS.search(reply.text)
    assert not PROMISES.search(reply.text)


def test_every_way_a_conversation_ends_has_words_and_no_other_is_offered() -> None:
    assert tuple(key for key, _ in WRAP_UPS) == KNOWN


def test_times_are_said_as_people_say_them() -> None:
    said = {None: "–", 0.4: "0 s", 59: "59 s", 60: "1 min", 185: "3 min 5 s", 7800: "2 h 10 min"}
    assert {seconds: time_in_words(seconds) for seconds in said} == said


def test_a_code_is_six_digits_and_every_code_is_as_likely() -> None:
    codes = {rules.new_code() for _ in range(2_000)}
    assert all(re.fullmatch(r"\d{6}", code) for code in codes)
    assert len(codes) > 1_980  # 2,000 draws of a million: two of them agree about twice


@given(st.text(max_size=40), st.text(max_size=40))
def test_comparing_in_constant_time_is_comparing(one: str, other: str) -> None:
    assert rules.same(one, other) is (one == other)
