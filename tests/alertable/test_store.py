"""One store for a project, found from every folder of it; what is kept there holds in other folders and on other machines."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from alertable.cli import main
from alertable.project import project_root
from alertable.store import Store
from tests.child import python

SLEEPS = "def program(w):\n    w.Sleep(0xFFFFFFFF)\n"
RACES = """
import ctypes
from helper import body
def program(w):
    cell = w.Interlocked(0)
    routine = w.CALLBACK(ctypes.c_uint32, ctypes.c_void_p)(lambda _: body(cell))
    threads = [w.CreateThread(None, 0, routine, None, 0, None) for _ in range(2)]
    for t in threads:
        w.WaitForSingleObject(t, 0xFFFFFFFF)
    assert cell.load() == 2, "lost"
"""
HELPER = "def body(cell):\n    cell.store(cell.load() + 1)\n    return 0\n"


def call(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a program in a folder; the current folder is its root."""
    monkeypatch.delenv("ALERTABLE_STORE", raising=False)
    root = tmp_path / "a project"
    (root / "server").mkdir(parents=True)
    (root / "deep" / "er").mkdir(parents=True)
    (root / "pyproject.toml").write_text("[tool.alertable]\n", encoding="utf-8")
    (root / "server" / "loses.py").write_text(RACES, encoding="utf-8")
    (root / "server" / "helper.py").write_text(HELPER, encoding="utf-8")
    (root / "sleeps.py").write_text(SLEEPS, encoding="utf-8")
    monkeypatch.chdir(root)
    return root


def checked(*words: str) -> str:
    """The id of what a check finds."""
    result = call("check", *words, "--json")
    assert result.exit_code == 1, result.output
    (violation,) = json.loads(result.stdout)["violations"]
    kept: str = violation["kept"]
    return kept


def lines_of(path: Path) -> dict[str, object]:
    data: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return data


# ---- one store -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", ["pyproject.toml", "alertable.toml", ".alertable", ".git"])
def test_the_store_of_a_project_is_found_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mark: str) -> None:
    monkeypatch.delenv("ALERTABLE_STORE", raising=False)
    inner = tmp_path / "one" / "two"
    inner.mkdir(parents=True)
    if mark.startswith("."):
        (tmp_path / mark).mkdir()
    else:
        (tmp_path / mark).write_text("[tool.alertable]\n" if mark == "pyproject.toml" else "", encoding="utf-8")
    (inner / "sleeps.py").write_text(SLEEPS, encoding="utf-8")
    monkeypatch.chdir(inner)
    kept = checked("sleeps.py")
    assert lines_of(tmp_path / ".alertable" / f"{kept}.json")["files"] == ["one/two/sleeps.py"]
    assert not (inner / ".alertable").exists()


def test_a_folder_without_a_mark_is_its_own_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ALERTABLE_STORE", raising=False)
    (tmp_path / "pyproject.toml").write_text("[tool.other]\n", encoding="utf-8")  # it does not speak of us
    inner = tmp_path / "inner"
    inner.mkdir()
    monkeypatch.chdir(inner)
    assert Store().folder == Path(".alertable")
    assert Store().root == inner


def test_what_was_left_in_the_folder_for_temporary_files_makes_no_project_of_all_below(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".alertable").mkdir()
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    assert project_root() == tmp_path
    for variable in ("gettempdir", "Path.home"):
        with monkeypatch.context() as patch:
            patch.setattr(f"alertable.project.{variable}", lambda: tmp_path)
            assert project_root() != tmp_path
            (tmp_path / "alertable.toml").touch()
            assert project_root() == tmp_path  # whoever configures it there means it
            (tmp_path / "alertable.toml").unlink()


def test_replay_and_explain_find_it_from_every_folder(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = checked("server/loses.py")
    for folder in ("deep/er", "server", "."):
        monkeypatch.chdir(project / folder)
        for command in ("replay", "explain"):
            result = call(command, kept[:6])
            assert result.exit_code == 1, result.output
            assert "lost" in result.stdout


def test_an_id_is_the_same_from_every_folder(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = checked("server/loses.py")
    monkeypatch.chdir(project / "server")
    assert checked("loses.py") == kept
    monkeypatch.chdir(project / "deep" / "er")
    assert checked(f"{project}/server/loses.py:program") == kept


def test_a_project_that_moved_to_another_machine_still_replays(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = checked("server/loses.py")
    monkeypatch.chdir(project.parent)
    there = project.parent / "\ud55c\uae00 there"
    shutil.copytree(project, there)
    shutil.rmtree(project)
    for path in (there / "server").glob("*.py"):  # as a checkout on Windows has them
        path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    monkeypatch.chdir(there / "deep")
    assert call("replay", kept).exit_code == 1
    assert list(Store().changed(Store().read(kept))) == []


def test_the_option_and_the_variable_say_where(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = project.parent / "else where"
    kept = checked("sleeps.py", "--store", str(elsewhere))
    assert not (project / ".alertable").exists()
    monkeypatch.chdir(project / "deep")
    assert "no counterexample of this id" in call("replay", kept).stderr
    assert call("replay", kept, "--store", str(elsewhere)).exit_code == 1
    monkeypatch.setenv("ALERTABLE_STORE", str(elsewhere))
    assert call("replay", kept).exit_code == 1
    assert Store().folder == elsewhere


def test_the_line_that_is_printed_names_a_store_that_is_not_the_usual(project: Path) -> None:
    out = call("check", "sleeps.py", "--store", "my store").stdout
    again = next(line for line in out.splitlines() if line.startswith("again: "))
    assert "--store" in again
    assert "--store" not in next(line for line in call("check", "sleeps.py").stdout.splitlines() if line.startswith("again: "))


# ---- what has changed ----------------------------------------------------------------------------------------------------------


def test_a_replay_that_diverges_says_which_file_has_changed(project: Path) -> None:
    kept = checked("server/loses.py")
    (project / "server" / "helper.py").write_text("def body(cell):\n    return 0\n", encoding="utf-8")
    result = python("-m", "alertable", "replay", kept, cwd=project)  # in this process the old one is still there
    assert result.returncode == 4
    first, *more = result.stderr.splitlines()
    assert first.startswith("alertable: DIVERGED at step ")
    assert [line for line in more if "server/helper.py" in line and " -> " in line]
    assert "loses.py" not in result.stderr.replace(first, "")


def test_a_file_that_is_gone_is_one_line(project: Path) -> None:
    kept = checked("sleeps.py")
    (project / "sleeps.py").unlink()
    result = call("replay", kept)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "sleeps.py: there is no such file" in result.stderr


def test_a_fixed_program_says_what_it_broke(project: Path) -> None:
    kept = checked("sleeps.py")
    (project / "sleeps.py").write_text("def program(w):\n    w.Sleep(1)\n", encoding="utf-8")
    result = call("replay", kept)
    assert result.exit_code in (0, 4)
    text = result.stdout + result.stderr
    assert "sleeps.py (" in text


def test_an_id_has_its_own_options(project: Path) -> None:
    kept = checked("sleeps.py", "--clock", "free")
    result = call("replay", kept, "--clock", "eager")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "--clock: an id stands for its own options" in result.stderr


@pytest.mark.parametrize("text", ["", "{", "[]", '{"files": 3}', "null"])
def test_a_file_that_is_no_counterexample_is_one_line(project: Path, text: str) -> None:
    (project / ".alertable").mkdir()
    (project / ".alertable" / "0123abcd.json").write_text(text, encoding="utf-8")
    for words in (["replay", "0123"], ["explain", "0123abcd"], ["store", "show", "0123"]):
        result = call(*words)
        assert (result.exit_code, result.stderr.count("\n")) == (2, 1), result.output
        assert "0123abcd.json" in result.stderr
    assert "(not readable)" in call("store", "ls").stdout
    assert "no longer replays" in call("store", "gc").stdout
    assert not list((project / ".alertable").glob("*.json"))


def test_digits_that_several_ids_begin_with_are_one_line(project: Path) -> None:
    (project / ".alertable").mkdir()
    for name in ("ab01", "ab02"):
        (project / ".alertable" / f"{name}.json").write_text("{}", encoding="utf-8")
    result = call("replay", "ab")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "ab01, ab02" in result.stderr


# ---- store ls, show, gc --------------------------------------------------------------------------------------------------------


def test_ls_shows_what_is_kept(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "nothing is kept in .alertable" in call("store", "ls").stdout
    kept = checked("sleeps.py")
    os.utime(project / ".alertable" / f"{kept}.json", (time.time() - 3 * 86_400, time.time() - 3 * 86_400))
    monkeypatch.setenv("COLUMNS", "60")
    head, _, row = call("store", "ls").stdout.splitlines()
    assert head.split(" | ")[0].strip() == "id"
    assert kept in row
    assert "deadlock" in row
    assert "3 d" in row
    (data,) = json.loads(call("store", "ls", "--json").stdout)["kept"]
    assert data["programs"] == ["sleeps.py"]


def test_show_does_not_run_it(project: Path) -> None:
    kept = checked("sleeps.py", "--fault", "reset=1")
    (project / "sleeps.py").write_text("raise SystemExit(3)\n", encoding="utf-8")
    shown = call("store", "show", kept[:4])
    assert shown.exit_code == 0
    assert "deadlock: " in shown.stdout
    assert "options: --fault reset=1" in shown.stdout
    assert "changed since it was kept: sleeps.py (" in shown.stdout
    assert json.loads(call("store", "show", kept, "--json").stdout)["id"] == kept
    assert "no counterexample of this id" in call("store", "show", "ffff").stderr


def _reasons(*words: str) -> str:
    result = python("-m", "alertable", "store", "gc", *words, cwd=Path.cwd())
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_gc_removes_what_no_longer_leads_there(project: Path) -> None:
    good, bad = checked("sleeps.py"), checked("server/loses.py")
    (project / "server" / "helper.py").write_text("def body(cell):\n    return cell.fetch_add(1) * 0\n", encoding="utf-8")
    would = _reasons("--dry-run")
    assert f"{bad}  would go: it no longer " in would
    assert good not in would
    assert set(Store().ids()) == {good, bad}
    assert f"{bad}  removed: it no longer " in _reasons()
    assert Store().ids() == [good]
    assert "0 of 1 removed, 1 kept" in _reasons("--older-than", "1")
    old = time.time() - 2 * 86_400
    os.utime(project / ".alertable" / f"{good}.json", (old, old))
    assert f"{good}  removed: it is 2 days old" in _reasons("--older-than", "1")
    assert Store().ids() == []


def test_gc_finds_a_program_that_is_gone(project: Path) -> None:
    kept = checked("sleeps.py")
    (project / "sleeps.py").unlink()
    assert f"{kept}  removed: it no longer replays (sleeps.py: there is no such file" in _reasons()


def test_a_store_that_lies_about_does_not_hide_the_project(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be from before somebody configured the project; but nothing above the checkout counts."""
    (project / "deep" / ".alertable").mkdir()
    monkeypatch.chdir(project / "deep" / "er")
    assert project_root() == project
    (project / "pyproject.toml").unlink()
    assert project_root() == project / "deep"
    (project / "deep" / ".git").mkdir()
    (project / "alertable.toml").touch()
    assert project_root() == project / "deep"
