"""`explain`: the story with the lines of the program, the race that decides, the nearest schedule that passes."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from alertable.cli import main
from alertable.sim.view.sources import Sources
from tests.alertable.test_replay import LOSES

if TYPE_CHECKING:
    from pathlib import Path

LOADER = """
import runpy
from pathlib import Path
program = runpy.run_path(str(Path(__file__).with_name("loses.py")))["program"]
"""


def call(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.delenv("ALERTABLE_STORE", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "alertable.toml").touch()
    (tmp_path / "loses.py").write_text(LOSES, encoding="utf-8")
    name: str = json.loads(call("check", "loses.py", "--json").stdout)["violations"][0]["kept"]
    return name


def test_it_says_more_than_check_did(kept: str) -> None:
    result = call("explain", kept)
    assert result.exit_code == 1
    assert result.stderr == ""
    lines = result.stdout.splitlines()
    assert lines[0].startswith("ProgramError: the program raised (step ")
    story = [line for line in lines if "loses.py:6: cell.store" in line]
    assert len(story) >= 3
    assert [line for line in lines if line.startswith("necessary: step ")]
    assert [line for line in lines if line.startswith("decisive race: ")]
    assert "the nearest passing schedule, 1 choice(s) changed:" in lines
    assert "  it returns 2" in lines


def test_the_schedule_that_it_shows_passes(kept: str) -> None:
    lines = call("explain", kept).stdout.splitlines()
    (passes,) = (line.partition(": ")[2] for line in lines if line.startswith("  passes: "))
    (fails,) = (line.partition(": ")[2] for line in lines if line.startswith("replay: "))
    assert call(*shlex.split(passes)[1:]).exit_code == 0
    assert call(*shlex.split(fails)[1:]).exit_code == 1


def test_json_has_the_nearest_schedule(kept: str) -> None:
    data = json.loads(call("explain", kept, "--json").stdout)
    assert data["id"] == "ProgramError"
    assert [sorted(change) for change in data["nearest"]["changes"]] == [["now", "on", "step", "was"]]
    assert call("replay", "loses.py", "--schedule", data["nearest"]["schedule"]).exit_code == 0
    assert json.loads(call("explain", "loses.py", "--schedule", "v1:", "--json").stdout) is None


def test_what_always_fails_has_no_nearest(kept: str, tmp_path: Path) -> None:
    (tmp_path / "always.py").write_text("def program(w):\n    w.Sleep(1)\n    raise KeyError\n", encoding="utf-8")
    result = call("explain", "always.py", "--schedule", "v1:")
    assert "no schedule with up to 3 choices taken differently passes (" in result.stdout
    assert json.loads(call("explain", "always.py", "--schedule", "v1:", "--json").stdout)["nearest"]["schedule"] is None


def test_a_file_that_is_executed_and_not_imported_has_its_lines_too(kept: str, tmp_path: Path) -> None:
    (tmp_path / "loader.py").write_text(LOADER, encoding="utf-8")
    sources = Sources([tmp_path / "loader.py"])
    assert sources.line("loses.py:6") == ""  # a path is no program
    name = json.loads(call("check", "loader.py", "--json").stdout)["violations"][0]["kept"]
    assert "loses.py:6: cell.store" in call("explain", name).stdout


def test_of_two_files_with_one_name_no_line_is_guessed(tmp_path: Path) -> None:
    from alertable.sim.runtime.program_file import ProgramFile

    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "same.py").write_text(f"def program(w):\n    return '{folder}'\n", encoding="utf-8")
    one, two = (ProgramFile(tmp_path / folder / "same.py", "program") for folder in ("one", "two"))
    assert Sources([one]).line("same.py:2") == "return 'one'"
    assert Sources([one, two]).line("same.py:2") == ""
    assert Sources([one]).line("other.py:2") == Sources([one]).line("same.py:99") == Sources([one]).line("") == ""


def test_it_fits_sixty_columns_and_a_korean_console(kept: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    result = call("explain", kept)
    heads = ("decisive race: ", "replay: ", "  passes: ", "necessary: ", "  first", "    as it")
    assert max(len(line) for line in result.stdout.splitlines() if not line.startswith(heads)) <= 60
    assert result.stdout.isascii()
