"""Talks from first word to last, as people have them (talks.yml), through the real path and the real model."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.live import Live, LivePhone

TALKS = yaml.safe_load(Path(__file__).with_name("talks.yml").read_text(encoding="utf-8"))
NEVER = (
    "what happened",
    "why did you",
    "on the way",
    "confidential",
    "addicts",
    "an addict",
    "traceback",
    "utter_",
    "{",
)
FIRST = ("automated assistant (not a person", "Asistente automatico de")
ENGLISH = (" the ", " you ", "Reply 1", " with ")


def test_there_are_forty_and_half_are_written_as_people_write() -> None:
    assert len(TALKS) >= 40
    assert sum(talk["way"] != "plain" for talk in TALKS) >= 20
    assert len({talk["talk"] for talk in TALKS}) == len(TALKS)
    assert {"real", "plain", "spanish"} == {talk["way"] for talk in TALKS}


@pytest.mark.parametrize("talk", TALKS, ids=[talk["talk"] for talk in TALKS])
def test_a_talk(warmline: Live, talk: dict[str, Any]) -> None:
    client = warmline.new_client()
    for step in talk["steps"]:
        before = len(_said(client))
        client.says(step["says"])
        hears = step["hears"] if isinstance(step["hears"], list) else [step["hears"]]
        if step is talk["steps"][0] and not hears[0]:
            client.hears(FIRST[0])
        for words in hears:
            client.hears(words)
        assert 1 <= len(_said(client)) - before <= 2, _said(client)[before:]
    heard = _said(client)
    for words in (*NEVER, *talk.get("never", ())):
        assert [text for text in heard if words.lower() in text.lower()] == [], words
    if talk["way"] == "spanish" and "English" not in talk["talk"]:
        assert [text for text in heard if any(words in text for words in ENGLISH)] == []


def _said(client: LivePhone) -> list[str]:
    """What the client heard, without the first-message text."""
    return [
        text["text"]
        for text in client.texts()
        if not text["text"].startswith(FIRST) and FIRST[0] not in text["text"]
    ]
