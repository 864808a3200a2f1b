"""A small version of `python -m bench.survival`: handoffs go on while every process is killed again and again."""

import asyncio
import os
from pathlib import Path

import pytest

from bench.survival.trial import survive


@pytest.mark.skipif(
    "WARMLINE_TEST_SURVIVAL" not in os.environ,
    reason="takes from half a minute to several on a busy machine: set WARMLINE_TEST_SURVIVAL=1",
)
def test_handoffs_survive_that_every_process_and_the_database_are_killed(tmp_path: Path) -> None:
    """Nobody is lost, nobody wrong is reached, no step is skipped, nothing is taken twice."""
    found = asyncio.run(
        survive(tmp_path / "town", wanted=4, seed=5, every=0.4, postgres_every=6, wave=5, say=lambda _: None)
    )
    assert found.handoffs >= 4
    assert sum(found.kills.values()) >= 3
    assert not found.findings.wrong
