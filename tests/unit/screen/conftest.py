"""One loaded screen for all tests of this folder."""

import pytest

from bot.screen.screen import Screen


@pytest.fixture(scope="session")
def screen() -> Screen:
    return Screen.load()
