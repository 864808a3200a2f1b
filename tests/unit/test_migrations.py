"""The migrations are one chain, no number twice: two that were landed at the same time fail here."""

import ast
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


ADDS = {"create_table", "create_index", "add_column", "create_unique_constraint", "execute", "f"}


def _upgrades() -> list[tuple[str, ast.Call]]:
    """(file, call of `op`) of every migration's way up, but the first, beside which nothing older runs."""
    found = []
    for file in sorted((MIGRATIONS / "versions").glob("[0-9]*.py"))[1:]:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        ups = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "upgrade"]
        for node in (node for up in ups for node in ast.walk(up)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = node.func.value
                if isinstance(owner, ast.Name) and owner.id == "op":
                    found.append((file.name, node))
    assert found
    return found


def test_migrations_only_add_so_that_the_old_version_runs_beside_the_new_one() -> None:
    """A rolling restart: whoever starts first migrates, and the others have not been restarted yet."""
    for file, call in _upgrades():
        assert isinstance(call.func, ast.Attribute)
        assert call.func.attr in ADDS, f"{file}: {call.func.attr}"


def test_a_new_column_takes_rows_of_a_version_that_does_not_know_it() -> None:
    for file, call in _upgrades():
        assert isinstance(call.func, ast.Attribute)
        if call.func.attr != "add_column":
            continue
        column = call.args[1]
        assert isinstance(column, ast.Call), file
        given = {word.arg: word.value for word in column.keywords}
        required = (
            isinstance(given.get("nullable"), ast.Constant) and ast.literal_eval(given["nullable"]) is False
        )
        assert not required or "server_default" in given, f"{file}: {ast.unparse(column)}"
