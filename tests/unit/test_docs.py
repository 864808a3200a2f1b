"""The pages say what is there: each setting, command and target is named, and nothing named is missing."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
import typer.main

from bot.cli import app
from bot.settings import ROOT, Settings

PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
README = PAGES[0].read_text(encoding="utf-8")
SETTINGS = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
DECISIONS = sorted((ROOT / "docs/decisions").glob("*.md"))

MADE = {".var", ".venv", ".tools", "models", "results", ".env"}  # not in a fresh clone
KINDS = {".py", ".yml", ".md", ".toml", ".txt", ".sh", ".png"}

_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_PATH = re.compile(r"^[\w.-]+(?:/[\w.-]+)*/?$")


def page_id(page: Path) -> str:
    return str(page.relative_to(ROOT))


def prose(page: Path) -> str:
    """The page without its blocks of code."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def spans(page: Path) -> list[str]:
    """What stands in backticks, outside of blocks."""
    return _SPAN.findall(prose(page))


def commands(page: Path, word: str) -> set[str]:
    """What the page tells to run with this program: the word behind it, in backticks or in a block."""
    blocks = "\n".join(_FENCE.findall(page.read_text(encoding="utf-8")))
    return set(
        re.findall(
            rf"(?:^|[\s/]){word} ([a-z]+(?:-[a-z]+)*)\b", "\n".join([*spans(page), blocks]), re.MULTILINE
        )
    )


def targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def warmline_commands() -> set[str]:
    return set(typer.main.get_group(app).commands)


# --- settings, commands, targets ------------------------------------------------------------------------


def rows() -> dict[str, tuple[str, str]]:
    """Variable -> (default, meaning), as the page has them."""
    found = re.findall(r"^\| `([A-Z_]+)` \| (.+?) \| (.+) \|$", SETTINGS, re.MULTILINE)
    return {name: (default, meaning) for name, default, meaning in found}


def default_in_words(value: object) -> str:
    match value:
        case None:
            return "not set"
        case Path():
            return f"`{value.relative_to(ROOT)}`"
        case bool():
            return f"`{str(value).lower()}`"
        case float():
            return f"`{value:g}`"
        case _:
            return f"`{value}`"


def test_the_page_of_settings_has_every_setting_with_its_default_and_meaning_and_no_other() -> None:
    known = {
        str(field.validation_alias or f"WARMLINE_{name.upper()}"): field
        for name, field in Settings.model_fields.items()
    }
    assert set(rows()) == set(known)
    for name, field in known.items():
        default, meaning = rows()[name]
        assert default == default_in_words(field.default), name
        assert str(field.description) in meaning, name


def test_the_readme_names_every_command_and_every_target() -> None:
    assert warmline_commands() <= commands(PAGES[0], "warmline")
    assert targets() <= commands(PAGES[0], "make")


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_a_page_tells_to_run_only_what_there_is(page: Path) -> None:
    assert commands(page, "warmline") <= warmline_commands()
    assert commands(page, "make") <= targets()


# --- links --------------------------------------------------------------------------------------------


def links(page: Path) -> list[str]:
    return [link for link in _LINK.findall(prose(page)) if not re.match(r"[a-z]+:", link)]


def anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_a_link_leads_somewhere(page: Path) -> None:
    for link in links(page):
        name, _, anchor = link.partition("#")
        goal = (page.parent / name).resolve() if name else page
        assert goal.exists(), link
        assert not anchor or anchor in anchors(goal), link


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, waiting = set[Path](), [PAGES[0]]
    while waiting:
        page = waiting.pop()
        if page not in reached and page.suffix == ".md" and page.exists():
            reached.add(page)
            waiting += [(page.parent / link.partition("#")[0]).resolve() for link in links(page)]
    assert reached >= set(PAGES)


# --- what pages name ----------------------------------------------------------------------------------


def is_path(word: str) -> bool:
    """Whether a word in backticks names a file or folder of ours, by its first part or its ending."""
    if not _PATH.match(word) or MADE & set(Path(word).parts):
        return False
    return ("/" in word and (ROOT / Path(word).parts[0]).exists()) or Path(word).suffix in KINDS


@cache
def names_in(file: Path) -> frozenset[str]:
    """Functions, classes, methods and fields of a module: "f", "C", "C.f"."""

    def walk(nodes: list[ast.stmt], before: str) -> set[str]:
        found = set[str]()
        for node in nodes:
            match node:
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                    found.add(before + name)
                case ast.ClassDef(name=name, body=body):
                    found |= {before + name} | walk(body, f"{before}{name}.")
                case ast.AnnAssign(target=ast.Name(id=name)):
                    found.add(before + name)
        return found

    return frozenset(walk(ast.parse(file.read_text(encoding="utf-8")).body, ""))


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_a_file_that_a_page_names_is_there(page: Path) -> None:
    named = {word.partition("::")[0] for word in spans(page)}
    assert [word for word in sorted(named) if is_path(word) and not (ROOT / word).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_a_function_that_a_page_names_is_there(page: Path) -> None:
    named = [word.split("::") for word in spans(page) if re.match(r"^[\w/]+\.py::[\w.]+$", word)]
    assert [f"{file}::{name}" for file, name in named if name not in names_in(ROOT / file)] == []


def test_the_check_of_names_would_notice() -> None:
    assert is_path("bot/no_such_file.py")
    assert is_path("nowhere.yml")
    assert not is_path("/phones")
    assert not is_path(".var/logs")
    assert "build" in names_in(ROOT / "bot/app.py")
    assert "Service.opened" in names_in(ROOT / "bot/app.py")
    assert "no_such_function" not in names_in(ROOT / "bot/app.py")


ASVS = ROOT / "docs/reference/asvs.md"
# section of ASVS 5.0.0 -> how many items of the levels 1 and 2 it has: they are the first of each section
_ITEMS = {
    **{"1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1, "3.2": 2},
    **{"3.3": 4, "3.4": 6, "3.5": 5, "3.7": 2, "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4, "5.1": 1, "5.2": 3},
    **{"5.3": 2, "5.4": 3, "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4, "7.1": 3},
    **{"7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2, "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1, "9.1": 3},
    **{"9.2": 4, "10.1": 2, "10.2": 2, "10.3": 4, "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3, "11.1": 2},
    **{"11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1, "12.1": 3, "12.2": 2, "12.3": 4, "13.1": 1},
    **{"13.2": 5, "13.3": 2, "13.4": 5, "14.1": 2, "14.2": 4, "14.3": 3, "15.1": 3, "15.2": 3, "15.3": 7},
    **{"16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3, "17.1": 1, "17.2": 4, "17.3": 2},
}


def test_every_item_of_asvs_to_level_two_is_walked_through_once_with_a_state_and_a_reason() -> None:
    rows = re.findall(
        r"^\| ([\d., ]+) \| ([a-z ]+) \| (.+) \|$", ASVS.read_text(encoding="utf-8"), re.MULTILINE
    )
    named = [item for items, _, _ in rows for item in items.split(", ")]
    assert sorted(named) == sorted(
        f"{section}.{n + 1}" for section, count in _ITEMS.items() for n in range(count)
    )
    assert {state for _, state, _ in rows} == {"met", "partly", "not met", "proxy", "none here"}
    assert all(len(how) > 7 for _, _, how in rows)


def test_every_failure_mode_names_the_test_that_shows_it() -> None:
    rows = re.findall(
        r"^\| (.+) \|$", (ROOT / "docs/reference/failure-modes.md").read_text("utf-8"), re.MULTILINE
    )
    told = [row for row in rows if not row.startswith(("what fails", "--"))]
    assert len(told) > 60
    assert [row[:40] for row in told if "`tests/" not in row.rpartition(" | ")[2]] == []


# --- decisions and the license ------------------------------------------------------------------------


@pytest.mark.parametrize("page", DECISIONS, ids=page_id)
def test_a_decision_has_context_decision_and_consequences(page: Path) -> None:
    heads = re.findall(r"^## (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert heads == ["Context", "Decision", "Consequences"]


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [int(page.name[:4]) for page in DECISIONS] == list(range(1, len(DECISIONS) + 1))


def test_example_numbers_of_people_are_of_the_kind_kept_for_examples() -> None:
    numbers = {
        n for page in PAGES for n in re.findall(r"\+1 \d{3} [\dx]{4}", page.read_text(encoding="utf-8"))
    }
    assert all(number.startswith("+1 555 01") for number in numbers)
