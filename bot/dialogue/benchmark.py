"""Trains the pipeline of `config.yml`'s parts on any labelled sentences, for `warmline benchmark-nlu`. No database."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

from bot.dialogue.rasa_python import ROOT, rasa_environment, rasa_python


class BenchmarkFailed(RuntimeError):
    """A file cannot be used, or the program in Rasa's environment failed; the text says why."""


def benchmark(train: Path, test: Path, outside: str) -> Iterator[str]:
    """The lines `in-scope accuracy 0.xxx`, `out-of-scope recall 0.xxx` and `time 0.0 s`.

    Raises BenchmarkFailed or RasaMissing.
    """
    files = [str(path.resolve()) for path in (train, test)]
    command = [str(rasa_python()), "-m", "rasa_components.benchmarking", *files, outside]
    environment = rasa_environment(1)  # its threads are its own; BLAS beside them would only wait
    done = subprocess.run(  # noqa: S603 -- our own command
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BenchmarkFailed("\n".join(done.stderr.strip().splitlines()[-1:]) or "it ended early")
    yield from done.stdout.splitlines()
