"""The migrations are one chain, no number twice: two that were landed at the same time fail here."""

import re
from pathlib import Path

from bot.store.migrate import MIGRATIONS


def test_the_migrations_are_one_chain_without_a_number_twice() -> None:
    files = sorted((MIGRATIONS / "versions").glob("[0-9]*.py"))
    chain = [_links(file) for file in files]
    assert [revision for revision, _ in chain] == [f"{n:04}" for n in range(1, len(chain) + 1)]
    assert [down for _, down in chain] == [None, *(revision for revision, _ in chain[:-1])]
    assert [file.name[:4] for file in files] == [revision for revision, _ in chain]


def _links(file: Path) -> tuple[str, str | None]:
    said = file.read_text(encoding="utf-8")
    revision = re.search(r'^revision = "(\w+)"', said, re.MULTILINE)
    down = re.search(r'^down_revision = "(\w+)"', said, re.MULTILINE)
    assert revision, file.name
    return revision.group(1), down.group(1) if down else None
