"""Imports point inwards: web, console, jobs -> services -> domain, screen. A wrong one fails here, by name."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# room -> rooms of ours it may import. Services know the shape of a channel (`channels.base`) and no channel.
ALLOWED = {
    "bot.domain": {"bot.domain"},
    "bot.screen": {"bot.screen", "bot.domain", "encoder"},
    "bot.reading": {"bot.reading", "bot.domain"},
    "bot.store": {"bot.store", "bot.domain", "bot.screen.verdict", "bot.lifeline", "rasa_components.sealing"},
    "bot.channels": {"bot.channels", "bot.domain", "bot.store", "bot.ending"},
    "bot.services": {
        "bot.services",
        "bot.domain",
        "bot.screen",
        "bot.store",
        "bot.channels.base",
        "bot.clinic",
        "bot.ending",
    },
    "bot.dialogue": {"bot.dialogue", "bot.services.context", "bot.settings", "bot.domain", "encoder"},
    "bot.web": {"bot.web", "bot.services", "bot.domain", "bot.store", "bot.channels"},
    "bot.console": {
        "bot.console",
        "bot.web",
        "bot.services",
        "bot.domain",
        "bot.screen.verdict",
        "bot.store.messages",
        "bot.store.board",
        "bot.store.reports",
    },
    "actions": {"actions", "bot.services", "bot.domain"},
    "encoder": {"encoder"},
    "rasa_components": {"rasa_components", "encoder"},
}
OURS = ("bot", "actions", "encoder", "rasa_components")


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.split(".")[0] in OURS}


def _is_in(name: str, room: str) -> bool:
    return name == room or name.startswith(room + ".")


@pytest.mark.parametrize("room", ALLOWED)
def test_a_room_imports_only_inwards(room: str) -> None:
    wrong = []
    for path in (ROOT / room.replace(".", "/")).rglob("*.py"):
        for name in _imports(path):
            package_of_allowed = any(_is_in(allowed, name) for allowed in ALLOWED[room])
            if not package_of_allowed and not any(_is_in(name, allowed) for allowed in ALLOWED[room]):
                wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert not wrong


def test_every_room_says_in_its_first_lines_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for room in ALLOWED
        for path in (ROOT / room.replace(".", "/")).rglob("*.py")
        if path.name != "__init__.py" and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not silent


def test_no_module_reads_the_environment_or_opens_a_connection_when_it_is_imported() -> None:
    loud = [
        str(path.relative_to(ROOT))
        for room in ALLOWED
        for path in (ROOT / room.replace(".", "/")).rglob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.Expr) and "os.environ" in ast.unparse(node)
    ]
    assert not loud
