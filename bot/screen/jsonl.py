"""JSON Lines: {"id","text"} -> {"id","verdict","kinds","about","evidence"}. Keeps nothing."""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

from bot.screen.screen import Screen, load_screen
from bot.screen.verdict import Verdict


def screen_lines(lines: Iterable[str], screen: Screen) -> Iterator[str]:
    """One line of JSON for each line that is not empty; a bad line raises ValueError with its number."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield json.dumps(_answer(number, line, screen), ensure_ascii=False)


def _answer(number: int, line: str, screen: Screen) -> dict[str, Any]:
    try:
        entry = json.loads(line)
        text, earlier = entry["text"], entry.get("earlier", ())
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f'line {number} is not {{"id", "text"}}') from error
    return {"id": entry.get("id"), **as_json(screen.check_safely(text, earlier=earlier))}


def as_json(verdict: Verdict) -> dict[str, Any]:
    """The verdict as it leaves the service."""
    return {
        "verdict": verdict.level,
        "kinds": list(verdict.kinds),
        "about": verdict.about,
        "evidence": list(verdict.evidence),
    }


def main(source: TextIO = sys.stdin, out: TextIO = sys.stdout) -> None:
    """Read `source` to its end; used by `warmline screen`."""
    screen = load_screen(Path(".var"))
    for answer in screen_lines(source, screen):
        out.write(answer + "\n")


if __name__ == "__main__":
    main()
