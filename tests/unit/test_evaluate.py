"""The table of how well messages are understood counts what it says."""

from bot.dialogue.evaluate import Case, calibration, report

CASES = [
    Case("cost_or_access", (), "cost_or_access", 0.9),
    Case("cost_or_access", ("loved_one",), "loved_one", 0.5),
    Case("loved_one", (), "out_of_scope", 0.3),
    Case("loved_one", (), "loved_one", 0.8),
]
BEYOND = [Case("out_of_scope", (), "out_of_scope", 0.7), Case("out_of_scope", (), "loved_one", 0.2)]


def test_a_second_label_counts_as_right_and_what_is_thrown_out_as_wrong() -> None:
    lines = list(report(CASES, BEYOND))
    assert [line.split()[-1] for line in lines[:5]] == ["0.500", "0.750", "0.900", "0.250", "0.500"]
    assert "cost_or_access                        2      2   1.000" in lines
    assert "loved_one                             2      1   0.800" in lines


def test_confidence_stands_beside_how_often_it_was_right() -> None:
    rows = [line.split() for line in calibration(CASES)][1:]
    assert [row[3:] for row in rows] == [
        ["1", "0.300", "0.000"],
        ["1", "0.500", "1.000"],
        ["2", "0.850", "1.000"],
    ]
