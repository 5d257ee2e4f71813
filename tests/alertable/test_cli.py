"""`alertable run`: results, exit codes, bad input, streams."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from alertable.cli import main
from alertable.words import quoted
from tests.repo.sources import ROOT

if TYPE_CHECKING:
    from pathlib import Path

FIVE = "specs/programs/five_receives.py"
SERVER, CLIENT = "specs/programs/lecture_callback_server.py", "specs/programs/lecture_client.py"


@pytest.fixture(autouse=True)
def _in_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def invoke(*words: str) -> Result:
    return CliRunner().invoke(main, ["run", *words])


def program(tmp_path: Path, text: str, name: str = "given.py") -> str:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_a_pass_prints_the_result_and_how_to_replay_it() -> None:
    result = invoke(FIVE)
    assert result.exit_code == 0
    assert "SleepEx returned 192: 5 routines have run\n" in result.stdout
    assert "\nPASS  returned (" in result.stdout
    assert f"\nreplay: alertable run {FIVE} --schedule {quoted('v1: *')[:5]}" in result.stdout


def test_the_replay_line_replays() -> None:
    line = invoke(FIVE, "--seed", "7").stdout.splitlines()[-1]
    schedule = shlex.split(line)[-1]
    again = invoke(FIVE, "--schedule", schedule)
    assert again.exit_code == 0
    assert again.stdout.splitlines()[-1] == line


def test_a_violation_is_exit_code_1(tmp_path: Path) -> None:
    result = invoke(program(tmp_path, "def program(w):\n    w.Sleep(0xFFFFFFFF)\n"))
    assert result.exit_code == 1
    assert "FAIL  deadlock: blocked for ever" in result.stdout
    assert "given waits in Sleep" in result.stdout


def test_a_program_that_raises_shows_its_own_traceback(tmp_path: Path) -> None:
    result = invoke(program(tmp_path, "def program(w):\n    return 1 // 0\n"))
    assert result.exit_code == 1
    assert "given.py" in result.stdout
    assert "ZeroDivisionError" in result.stdout
    assert "machine.py" not in result.stdout


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def program(w:\n", "is not valid Python"),
        ("import nothing_of_that_name\n", "cannot be imported: ModuleNotFoundError"),
        ("def other(w): pass\n", "has no function 'program'; functions there: other"),
        ("program = 3\n", "'program' is not a function"),
        ("def program(w): w.CancelSynchronousIo(None)\n", "CancelSynchronousIo is not modelled"),
    ],
)
def test_a_bad_program_file_is_one_line_and_exit_code_2(tmp_path: Path, text: str, said: str) -> None:
    result = invoke(program(tmp_path, text))
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
    assert "given.py" in result.stderr


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["no_such_file.py"], 2),
        ([FIVE + ":nobody"], 2),
        ([FIVE, "--schedule", "nonsense"], 2),
        ([FIVE, "--schedule", "v1: nobody"], 4),
        ([FIVE, "--seed", "1", "--schedule", "v1: five_receives"], 2),
        ([FIVE, "--backend", "real", "--seed", "1"], 2),
        ([FIVE, "--max-steps", "0"], 2),
        ([SERVER], 2),
        ([], 2),
    ],
)
def test_bad_calls_have_their_exit_codes(words: list[str], code: int) -> None:
    result = invoke(*words)
    assert result.exit_code == code
    assert result.stderr.strip()
    assert "Traceback" not in result.output


def test_the_step_bound_is_a_verdict() -> None:
    result = invoke(FIVE, "--max-steps", "5")
    assert result.exit_code == 1
    assert "step-bound" in result.stdout


def test_json_is_one_object_on_stdout() -> None:
    result = invoke(SERVER, CLIENT, "--json", "--trace", "-")
    data = json.loads(result.stdout)
    assert data["ok"] is True
    assert data["schedule"].startswith("v1: ")
    assert {event["thread"] for event in data["trace"]} == {"", "lecture_callback_server", "lecture_client"}
    assert "Pending" in result.stderr  # what the programs print


def test_a_trace_goes_to_a_file(tmp_path: Path) -> None:
    table, lines = tmp_path / "trace.txt", tmp_path / "trace.jsonl"
    assert invoke(FIVE, "--trace", str(table)).exit_code == 0
    assert invoke(FIVE, "--trace", str(lines)).exit_code == 0
    assert table.read_text(encoding="utf-8").startswith("step ")
    assert json.loads(lines.read_text(encoding="utf-8").splitlines()[0])["kind"] == "thread-created"


@pytest.mark.parametrize("encoding", ["cp949", "ascii", "utf-8"])
@pytest.mark.parametrize(
    "words", [[SERVER, CLIENT, "--trace", "-"], ["no_such_\u00e9\ud55c.py"], [FIVE, "--schedule", "v1: \ud55c"]]
)
def test_no_console_crashes_it(words: list[str], encoding: str) -> None:
    command = [sys.executable, "-m", "alertable", "run", *words]
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert done.returncode == (0 if words[0] == SERVER else 4 if "--schedule" in words else 2)
    assert b"Traceback" not in done.stderr
    if words[0] == SERVER:
        assert done.stdout.isascii()


@pytest.mark.real_winsock
def test_the_same_file_prints_the_same_lines_on_both_arms() -> None:
    simulated, real = invoke(FIVE).stdout.splitlines(), invoke(FIVE, "--backend", "real").stdout.splitlines()
    assert simulated[:-2] == real[:-1]
