"""The screen as JSON Lines."""

import io
import json

import pytest

from bot.screen.jsonl import screen_lines
from bot.screen.screen import Screen


def test_a_line_in_is_a_line_out(screen: Screen) -> None:
    source = io.StringIO('{"id": "a", "text": "i want to die"}\n\n{"id": 2, "text": "hello"}\n')
    first, second = [json.loads(line) for line in screen_lines(source, screen)]
    assert (first["id"], first["verdict"], first["about"]) == ("a", "crisis", "self")
    assert set(first) == {"id", "verdict", "kinds", "about", "evidence"}
    assert second == {"id": 2, "verdict": "clear", "kinds": [], "about": None, "evidence": []}


def test_a_bad_line_is_named_by_its_number_without_its_text(screen: Screen) -> None:
    with pytest.raises(ValueError, match="line 2") as caught:
        list(screen_lines(['{"id": 1, "text": "hi"}', '{"id": 2, "secret": "x"}'], screen))
    assert "secret" not in str(caught.value)
