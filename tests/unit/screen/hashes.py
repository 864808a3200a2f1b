"""Hashes of word sequences, to prove that no line of the development set stands in the repository.

`python -m tests.unit.screen.hashes FILE.jsonl` writes the fixture anew. It holds no text.
"""

import hashlib
import json
import re
import sys
from pathlib import Path

FIXTURE = Path(__file__).with_name("development_set.hashes")
SEQUENCE = 8  # words: shorter runs are common English ("i don't know what to do")


def sequences(text: str) -> set[str]:
    """Every run of eight words, and the whole text when it is shorter but has at least four."""
    words = re.findall(r"[a-z0-9]+", text.lower().replace("'", "").replace("’", ""))
    if len(words) < SEQUENCE:
        return {" ".join(words)} if len(words) >= 4 else set()
    return {" ".join(words[i : i + SEQUENCE]) for i in range(len(words) - SEQUENCE + 1)}


def hashed(text: str) -> set[str]:
    return {hashlib.sha256(s.encode()).hexdigest()[:12] for s in sequences(text)}


def main(file: str) -> None:
    lines = Path(file).read_text(encoding="utf-8").splitlines()
    found = set().union(*(hashed(json.loads(line)["text"]) for line in lines))
    FIXTURE.write_text("\n".join(sorted(found)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
