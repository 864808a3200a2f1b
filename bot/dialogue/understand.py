"""What the trained model understands of single texts, for `warmline understand`. No database."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from threading import Thread
from typing import IO, Any

import yaml

from bot.dialogue.rasa_python import MODEL, ROOT, rasa_environment, rasa_python

TOPICS = ROOT / "data" / "topics.yml"
OUT_OF_SCOPE = "out_of_scope"


class UnderstandingFailed(RuntimeError):
    """The program in Rasa's environment ended early; the text holds the end of what it said."""


def understand(lines: Iterable[str], model: Path = MODEL) -> Iterator[str]:
    """JSON Lines {"id","text"} in, {"id","topic","intent","confidence","in_scope"} out, in order, as they
    come.

    The intent is the one a conversation would act on, so it is nlu_fallback when none is sure enough; the
    topic is then the likeliest all the same. Raises RasaMissing or UnderstandingFailed.
    """
    topics = read_topics()
    for line in _ask_rasa(lines, model):
        yield json.dumps(_with_topic(json.loads(line), topics), ensure_ascii=False)


def read_topics(path: Path = TOPICS) -> Mapping[str, str]:
    """Intent -> topic."""
    content: Mapping[str, list[str]] = yaml.safe_load(path.read_text(encoding="utf-8"))["topics"]
    return {intent: topic for topic, intents in content.items() for intent in intents}


def _ask_rasa(lines: Iterable[str], model: Path) -> Iterator[str]:
    command = [str(rasa_python()), "-m", "rasa_components.understand", str(model)]
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as errors,
        subprocess.Popen(  # noqa: S603 -- our own command
            command,
            cwd=ROOT,
            env=rasa_environment(1),
            encoding="utf-8",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        ) as program,
    ):
        Thread(target=_feed, args=(program.stdin, lines), daemon=True).start()
        yield from program.stdout or ()
        if program.wait():
            errors.seek(0)
            raise UnderstandingFailed("\n".join(errors.read().strip().splitlines()[-3:]))


def _feed(target: IO[str], lines: Iterable[str]) -> None:
    """Beside the reading, so that neither waits for the other."""
    try:
        with target:
            for line in lines:
                if line.strip():
                    target.write(line.rstrip("\n") + "\n")
                    target.flush()
    except BrokenPipeError:
        pass  # the program ended; its reader says why


def _with_topic(found: Mapping[str, Any], topics: Mapping[str, str]) -> dict[str, Any]:
    topic = topics.get(found["intent"]) or _likeliest_topic(found["ranking"], topics)
    return {
        "id": found["id"],
        "topic": topic,
        "intent": found["intent"],
        "confidence": round(found["confidence"], 4),
        "in_scope": topic != OUT_OF_SCOPE,
    }


def _likeliest_topic(ranking: Iterable[tuple[str, float]], topics: Mapping[str, str]) -> str:
    shares: Counter[str] = Counter()
    for intent, share in ranking:
        if intent in topics:
            shares[topics[intent]] += share  # type: ignore[assignment] # a Counter sums fractions, too
    return max(shares, key=shares.__getitem__, default=OUT_OF_SCOPE)
