"""`rasa test core --fail-on-prediction-errors`: every story of tests/stories goes as it is written."""

import os
import subprocess
from pathlib import Path

from bot.dialogue.rasa_python import MODEL, rasa_python

ROOT = Path(__file__).resolve().parents[2]


def test_rasas_own_test_of_the_dialogue_passes(tmp_path: Path) -> None:
    command = [str(rasa_python()), "-m", "rasa", "test", "core", "--stories", "tests/stories"]
    command += ["--model", str(MODEL), "--out", str(tmp_path), "--fail-on-prediction-errors"]
    env = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "none of the test stories failed" in (tmp_path / "failed_test_stories.yml").read_text().lower()
