"""Set-up: each step once, again only when something changed, and words that help when one fails."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import Settings

TOOLS = Path(__file__).parents[2] / "tools"
EXAMPLE = (TOOLS.parent / ".env.example").read_text()
sys.path.insert(0, str(TOOLS))

import pythons  # noqa: E402
import setup  # noqa: E402
from steps import SetupError, Steps, fingerprint  # noqa: E402

sys.path.remove(str(TOOLS))


@pytest.fixture
def steps(tmp_path: Path) -> Steps:
    return Steps(tmp_path, tmp_path / ".tools")


def fake_python(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def run_sh_python(home: Path, path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["/bin/sh", str(TOOLS / "python"), *arguments]
    env = {"HOME": str(home), "PATH": str(path)}
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def test_a_step_is_done_once(steps: Steps, tmp_path: Path) -> None:
    done: list[int] = []
    for _ in range(2):
        steps.need("a thing", "mark", [tmp_path], lambda: done.append(1))
    assert done == [1]
    assert steps.done == 1


def test_a_step_is_done_again_when_its_mark_or_its_work_is_gone(steps: Steps, tmp_path: Path) -> None:
    made, done = tmp_path / "made", []

    def work() -> None:
        done.append(1)
        made.touch()

    steps.need("a thing", "one", [made], work)
    steps.need("a thing", "two", [made], work)
    made.unlink()
    steps.need("a thing", "two", [made], work)
    assert len(done) == 3


def test_a_step_that_failed_is_not_taken_for_done(steps: Steps) -> None:
    def fail() -> None:
        raise SetupError("no")

    steps.need("a thing", "one", [], lambda: None)
    for _ in range(2):
        with pytest.raises(SetupError):
            steps.need("a thing", "two", [], fail)


def test_a_command_shows_one_line_with_its_seconds(steps: Steps, capsys: pytest.CaptureFixture[str]) -> None:
    steps.run("a command", [sys.executable, "-c", "print('noise')"], "no advice")
    shown = capsys.readouterr().out
    assert shown.count("\n") == 1
    assert "a command" in shown
    assert shown.endswith(" s\n")
    assert "noise" in steps.log.read_text()


def test_a_command_that_fails_shows_why_and_what_to_do(
    steps: Steps, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SetupError) as raised:
        steps.run("a command", [sys.executable, "-c", "raise SystemExit('the reason')"], "do this")
    assert raised.value.advice == "do this"
    assert "the reason" in capsys.readouterr().err


def test_a_command_runs_in_the_root_without_other_peoples_python_paths(
    steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.setenv("VIRTUAL_ENV", "/elsewhere")
    steps.run("look", ["/bin/sh", "-c", "pwd; env"], "")
    assert "elsewhere" not in steps.log.read_text()
    assert f"\n{steps.root}\n" in steps.log.read_text()


def test_the_mark_follows_content_names_and_words_but_not_caches(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/a.yml").write_text("a")
    first = fingerprint(tmp_path, ["data", "absent"], ["3.11"])
    (tmp_path / "data/__pycache__").mkdir()
    (tmp_path / "data/__pycache__/x.pyc").write_text("x")
    assert fingerprint(tmp_path, ["data", "absent"], ["3.11"]) == first
    assert fingerprint(tmp_path, ["data"], ["3.12"]) != first
    (tmp_path / "data/a.yml").rename(tmp_path / "data/b.yml")
    renamed = fingerprint(tmp_path, ["data"], ["3.11"])
    (tmp_path / "data/b.yml").write_text("b")
    assert len({first, renamed, fingerprint(tmp_path, ["data"], ["3.11"])}) == 3


def test_a_python_is_run_before_it_is_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = f"{sys.version_info[0]}.{sys.version_info[1]}"
    shim = fake_python(tmp_path / f"shims/python{here}", "echo 'no such version' >&2; exit 127")
    managed = tmp_path / f"pyenv/versions/{here}.99/bin"
    managed.mkdir(parents=True)
    (managed / f"python{here}").symlink_to(sys.executable)
    monkeypatch.setenv("PATH", str(shim.parent))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    assert pythons.try_out(shim, here) is None
    found = pythons.find(["9.9", here])
    assert found
    assert found != shim


def test_a_python_of_another_version_or_kind_is_not_taken(tmp_path: Path) -> None:
    assert pythons.try_out(Path(sys.executable), "3.10") is None
    talker = fake_python(tmp_path / "python3.10", "echo 3.10; echo /bin/false; echo more")
    assert pythons.try_out(talker, "3.10") is None
    assert pythons.try_out(tmp_path / "absent", "3.10") is None


def test_an_environment_made_elsewhere_is_made_anew(tmp_path: Path) -> None:
    venv = tmp_path / "here/.venv"
    for made_for, kept in ((str(venv.parent), True), ("/elsewhere", False)):
        venv.mkdir(parents=True, exist_ok=True)
        (venv / setup.PLACE).write_text(made_for)
        setup._leave_if_moved(venv)
        assert venv.exists() == kept


def test_make_starts_with_a_python_that_runs(tmp_path: Path) -> None:
    fake_python(tmp_path / "bin/python3", "exit 127")
    fake_python(tmp_path / "bin/python3.12", 'test "$1" = -c && exit 0; echo "chosen with $*"')
    assert run_sh_python(tmp_path, tmp_path / "bin", "a file.py").stdout == "chosen with a file.py\n"


def test_the_first_python_may_be_as_old_as_3_8() -> None:
    """The scripts of set-up must be readable for it; try it with one where this machine has one."""
    old = next((p for v in ("3.8", "3.9") if (p := pythons.find([v]))), None)
    if old is None:
        pytest.skip("no Python 3.8 or 3.9 here")
    program = "import sys; sys.dont_write_bytecode = True; sys.path.insert(0, sys.argv[1]); import setup"
    subprocess.run([str(old), "-I", "-c", program, str(TOOLS)], check=True)


def test_the_makefile_names_what_it_can_do() -> None:
    make = shutil.which("make")
    assert make
    command = [make, "-C", str(TOOLS.parent), "help"]
    shown = subprocess.run(command, env=dict(os.environ), capture_output=True, text=True, check=True).stdout
    words = "setup run talk test lint check evaluate bench clean"
    assert all(f"make {word} " in shown for word in words.split())


def test_the_example_of_settings_names_every_setting_and_no_other() -> None:
    shown = {line.partition("=")[0].removeprefix("# ") for line in EXAMPLE.splitlines() if "=" in line}
    known = {
        str(field.validation_alias or f"WARMLINE_{name.upper()}")
        for name, field in Settings.model_fields.items()
    }
    assert shown == known
