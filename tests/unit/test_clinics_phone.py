"""The clinic's phone stands as people print it, and is dialled as carriers want it."""

from pathlib import Path

import pytest

from bot.clinic import load_clinic

CLINIC = load_clinic(Path(__file__).resolve().parents[2] / "clinic.yml")


@pytest.mark.parametrize(
    ("printed", "dialled"),
    [
        ("(708) 613-4750", "+17086134750"),
        ("1-708-613-4750", "+17086134750"),
        ("+1 708.613.4750", "+17086134750"),
        ("+44 20 7946 0000", "+442079460000"),
    ],
)
def test_a_printed_number_is_dialled_with_its_country(printed: str, dialled: str) -> None:
    assert CLINIC.model_copy(update={"phone": printed}).dialled_phone == dialled
