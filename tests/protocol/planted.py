"""What the protocol tests plant, words, numbers, chats and tokens, and the look whether any of it stands in a log."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
TOKENS = (
    "a token for tests",
    "the token before it",
    "not a real token",
    "a twilio token for tests",
    "test-token",
    "the-secret",
    "a key for tests only",
)
SHORTEST = 8  # characters; a shorter text ("STOP") is a word of ours as well
_said: set[str] = set()

# People's numbers and chats all begin like this. Not inside longer ids, nor in the fraction of a second.
_NUMBER = re.compile(r"(?<![0-9A-Fa-f.-])(?:\+?1)?55501\d\d")


def remember(*texts: str) -> None:
    """What somebody said in a test, beside what the fixtures hold."""
    _said.update(text for text in texts if len(text) >= SHORTEST)


@cache
def _in_fixtures() -> frozenset[str]:
    bodies = [
        value
        for path in (FIXTURES / "twilio").glob("*.txt")
        for name, value in parse_qsl(path.read_text(encoding="utf-8").strip())
        if name in ("Body", "MediaUrl0", "ProfileName")
    ]
    for path in (FIXTURES / "telegram").glob("*.json"):
        bodies += _texts(json.loads(path.read_text(encoding="utf-8")))
    return frozenset(body for body in bodies if len(body) >= SHORTEST)


def _texts(found: Any) -> list[str]:
    """Every text and caption of an update, at any depth."""
    if isinstance(found, list):
        return [text for item in found for text in _texts(item)]
    if not isinstance(found, dict):
        return []
    own = [v for k, v in found.items() if k in ("text", "caption") and isinstance(v, str)]
    return own + [text for value in found.values() for text in _texts(value)]


def leaks(logged: str) -> list[str]:
    """Everything planted that stands in these lines; it must be nothing."""
    planted = [*TOKENS, *_in_fixtures(), *_said]
    return [words for words in planted if words in logged] + _NUMBER.findall(logged)
