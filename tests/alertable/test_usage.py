"""Calls that make no sense: exit code 2 and one line that says what was wrong, whatever noticed it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from alertable.cli import main

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = "def program(w):\n    return w.SetEvent(w.CreateEventW(None, 0, 0, None))\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--bad"], "No such option '--bad'"),
        (["nonsense"], "No such command 'nonsense'"),
        (["check"], "Missing argument 'FILE[:function]...'"),
        (["check", "given.py", "--bad"], "No such option '--bad'"),
        (["check", "given.py", "--strategy", "luck"], "'luck' is not one of 'states', 'dpor', 'dfs', 'random', 'pct'"),
        (["check", "given.py", "--time-limit", "nan"], "time_limit=nan: more than 0 seconds"),
        (["check", "given.py", "--time-limit", "0"], "time_limit=0.0: more than 0 seconds"),
        (["check", "given.py", "--time-limit", "-1"], "-1.0 is not in the range"),
        (["check", "given.py", "--max-executions", "0"], "0 is not in the range x>=1"),
        (["check", "given.py", "--max-steps", "-1"], "-1 is not in the range x>=1"),
        (["check", "given.py", "--workers", "x"], "'x' is not a valid integer"),
        (["check", "given.py", "--require", "certain"], "'certain' is not one of 'complete', 'bounded', 'sampled', 'any'"),
        (["check", "given.py", "--preemptions", "1"], "preemptions bound the strategy 'dfs' only"),
        (["check", "given.py", "--fault", "reset=-1"], "write KIND=N"),
        (["check", "given.py", "--specs", "+S99"], "'S99' does not exist"),
        (["check", "given.py", "--graph", "g.png"], "g.png: a state graph is a file that ends in .json, .dot, .graphml, .svg"),
        (["check", "given.py", "--graph", "nowhere/g.svg"], "'nowhere/g.svg': a file in a folder that exists is wanted"),
        (["check", "given.py", "--graph", "g.svg", "--strategy", "pct"], "a sampled search has no state graph; use"),
        (["check", "given.py", "--graph", "g.svg", "--strategy", "dfs"], "'dfs' knows executions, not states; use"),
        (["check", "given.py:nobody"], "has no function 'nobody'; functions there: program"),
        (["check", "nobody.py"], "there is no such file"),
        (["run", "given.py", "--seed", "x"], "'x' is not a valid integer"),
        (["replay", "given.py", "--schedule"], "Option '--schedule' requires an argument"),
        (["replay", "given.py", "--schedule", "v9:"], "schedule version v9 is not known"),
        (["replay", "abcdef"], "no counterexample of this id"),
    ],
)
def test_one_line_and_exit_code_2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "given.py").write_text(PROGRAM, encoding="utf-8")
    result = CliRunner().invoke(main, words, prog_name="alertable")
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.startswith("alertable: ")
    assert result.stderr.count("\n") == 1
    assert not result.stdout


def test_no_words_are_a_wish_for_help() -> None:
    result = CliRunner().invoke(main, [], prog_name="alertable")
    assert "Commands:" in result.output


def test_a_file_that_ends_python_is_no_program(tmp_path: Path) -> None:
    (tmp_path / "given.py").write_text("raise SystemExit(0)\n", encoding="utf-8")
    result = CliRunner().invoke(main, ["check", str(tmp_path / "given.py")])
    assert result.exit_code == 2
    assert "given.py:1: cannot be imported: SystemExit" in result.stderr
