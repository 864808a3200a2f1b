"""Runs the tests in `inside` with Rasa's own Python, on a fresh database."""

import os
import subprocess
from pathlib import Path

import encoder.build
from bot.store.embedded import EmbeddedPostgres

ROOT = Path(__file__).resolve().parents[2]


def test_what_runs_in_rasas_process(postgres: EmbeddedPostgres, database_name: str) -> None:
    encoder.build.build(ROOT / encoder.DEFAULT_FOLDER)
    inside = subprocess.run(
        [
            ROOT / "rasa-env/.venv/bin/python",
            "-m",
            "pytest",
            "-c",
            "tests/rasa/inside/pytest.ini",
            "tests/rasa/inside",
        ],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "PYTHONPATH": str(ROOT),
            "LOG_LEVEL": "WARNING",
            "WARMLINE_TEST_DATABASE": postgres.url_for("postgresql+psycopg2", database_name),
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert inside.returncode == 0, inside.stdout[-8000:] + inside.stderr[-2000:]
