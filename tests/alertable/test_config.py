"""Options from pyproject.toml, alertable.toml and the environment: who goes before whom, and what is wrong with them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from alertable.cli import COMMANDS, command_of, main
from alertable.config import COMMANDS as CONFIGURED
from alertable.config import options_of

LOSES = """
import ctypes
def program(w):
    cell = w.Interlocked(0)
    def body(_):
        cell.store(cell.load() + 1)
        return 0
    routine = w.CALLBACK(ctypes.c_uint32, ctypes.c_void_p)(body)
    for t in [w.CreateThread(None, 0, routine, None, 0, None) for _ in range(2)]:
        w.WaitForSingleObject(t, 0xFFFFFFFF)
    return cell.load()
"""


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ALERTABLE_STORE", raising=False)
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "p.py").write_text(LOSES, encoding="utf-8")
    monkeypatch.chdir(tmp_path / "below")


def write(text: str, name: str = "pyproject.toml") -> None:
    (Path.cwd().parent / name).write_text(text, encoding="utf-8")


def call(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def executions(*words: str) -> int:
    result = call("check", "p.py", "--strategy", "random", "--json", *words)
    count: int = json.loads(result.stdout)["executions"]
    return count


def test_the_command_line_goes_before_the_environment_and_that_before_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = executions()
    write("[tool.alertable]\nmax-executions = 3\n")
    assert usual != executions() == 3
    monkeypatch.setenv("ALERTABLE_MAX_EXECUTIONS", "4")
    assert executions() == 4
    assert executions("--max-executions", "5") == 5
    monkeypatch.setenv("ALERTABLE_MAX_EXECUTIONS", "")
    assert executions() == 3


def test_the_table_of_a_command_goes_before_what_is_for_all() -> None:
    for text in (
        "[tool.alertable]\nmax-executions = 3\n[tool.alertable.check]\nmax_executions = 6\n",
        "[tool.alertable.check]\nmax_executions = 6\n[tool.alertable.run]\nclock = 'free'\n",
    ):
        write(text)
        assert executions() == 6


def test_alertable_toml_has_no_table_around_it_and_goes_before_pyproject() -> None:
    write("[tool.alertable]\nmax-executions = 3\n")
    write("max-executions = 2\n", "alertable.toml")
    assert executions() == 2


def test_every_kind_of_option(monkeypatch: pytest.MonkeyPatch) -> None:
    write(
        "[tool.alertable]\nfault = {reset = 1}\nspecs = ['+S16']\ntime-limit = 20\nkeep-going = true\nclock = 'free'\n"
        "require = 'any'\nseed = 3\n"
    )
    result = call("check", "p.py", "--json")
    assert result.exit_code == 0, result.output
    line = call("run", "p.py").stdout.splitlines()[-1]
    assert "--clock free --fault reset=1 --specs +S16" in line  # what is printed to be pasted does not need the file
    monkeypatch.setenv("ALERTABLE_FAULT", "reset=2 slow-device=1")
    assert "--fault reset=2 --fault slow-device=1" in call("run", "p.py").stdout.splitlines()[-1]
    monkeypatch.setenv("ALERTABLE_KEEP_GOING", "0")
    assert call("check", "p.py").exit_code == 0


def test_an_id_has_its_own_options_whatever_is_configured() -> None:
    write("[tool.alertable]\n")
    Path("stuck.py").write_text("def program(w):\n    w.Sleep(0xFFFFFFFF)\n", encoding="utf-8")
    kept = json.loads(call("check", "stuck.py", "--json").stdout)["violations"][0]["kept"]
    write("[tool.alertable]\nclock = 'free'\nmax-steps = 1\n")
    assert call("replay", kept).exit_code == 1
    assert "deadlock" in call("replay", kept).stdout


def test_the_store_is_seen_from_the_file() -> None:
    write("[tool.alertable]\nstore = 'kept here'\n")
    Path("stuck.py").write_text("def program(w):\n    w.Sleep(0xFFFFFFFF)\n", encoding="utf-8")
    out = call("check", "stuck.py").stdout
    (kept,) = (path.stem for path in (Path.cwd().parent / "kept here").glob("*.json"))
    assert f"again: alertable replay {kept}   |" in out
    assert kept in call("store", "ls").stdout
    assert call("replay", kept).exit_code == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[tool.alertable]\nstrategi = 'dpor'\n", "tool.alertable.strategi: there is no such option; did you mean strategy?"),
        ("[tool.alertable]\nxyzzy = 1\n", "tool.alertable.xyzzy: there is no such option; there are "),
        ("[tool.alertable]\nschedule = 'v1:'\n", "tool.alertable.schedule: there is no such option"),
        ("[tool.alertable.run]\nworkers = 2\n", "tool.alertable.run.workers: there is no such option"),
        ("[tool.alertable.conform]\nonly = 'k001'\n", "tool.alertable.conform: there is no such option"),
        ("[tool.alertable]\nworkers = 'two'\n", "tool.alertable.workers: a whole number is wanted, not 'two'"),
        ("[tool.alertable]\nworkers = true\n", "tool.alertable.workers: a whole number is wanted, not True"),
        ("[tool.alertable]\nworkers = 0\n", "tool.alertable.workers: 0 is not in the range"),
        ("[tool.alertable]\ntime-limit = '60s'\n", "tool.alertable.time-limit: a number is wanted"),
        ("[tool.alertable]\nkeep-going = 1\n", "tool.alertable.keep-going: true or false is wanted, not 1"),
        ("[tool.alertable]\nstrategy = 'bfs'\n", "tool.alertable.strategy: 'bfs' is not one of"),
        ("[tool.alertable]\nstrategy = ['dpor']\n", "tool.alertable.strategy: a text is wanted"),
        ("[tool.alertable]\nfault = 'reset=1'\n", "tool.alertable.fault: a table such as {reset = 1} is wanted"),
        ("[tool.alertable]\nfault = {rest = 1}\n", "tool.alertable.fault: fault='rest' does not exist"),
        ("[tool.alertable]\nfault = {reset = 'x'}\n", "tool.alertable.fault: --fault reset=x: write KIND=N"),
        ("[tool.alertable]\nspecs = 'S99'\n", "tool.alertable.specs: "),
        ("[tool.alertable]\nspecs = 3\n", "tool.alertable.specs: a text is wanted"),
        ("[tool.alertable]\nclock = \n", "cannot be read as TOML: "),
        ("[tool]\nalertable = 3\n[tool.alertable.x]\n", "cannot be read as TOML: "),
        ("[tool.alertable]\nstore = 3\n", "tool.alertable.store: a text is wanted, not 3"),
    ],
)
@pytest.mark.parametrize("command", ["check", "run"])
def test_what_is_wrong_is_one_line_with_file_and_key(text: str, said: str, command: str) -> None:
    write(text)
    result = call(command, "p.py")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1), result.output
    assert "pyproject.toml: " in result.stderr
    assert said in result.stderr


def test_help_is_there_whatever_the_file_says() -> None:
    write("[tool.alertable]\nstrategi = 'dpor'\n")
    for words in (["--help"], ["check", "--help"], ["check", "-h"], ["store", "ls"]):
        assert call(*words).exit_code == 0


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ALERTABLE_MAX_EXECUTIONS", "many", "ALERTABLE_MAX_EXECUTIONS: 'many' is not a valid integer"),
        ("ALERTABLE_STRATEGY", "bfs", "ALERTABLE_STRATEGY: 'bfs' is not one of"),
        ("ALERTABLE_KEEP_GOING", "maybe", "ALERTABLE_KEEP_GOING: 'maybe' is not a valid boolean"),
        ("ALERTABLE_FAULT", "reset", "reset: write KIND=N"),
    ],
)
def test_a_variable_that_is_wrong_is_one_line_that_names_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:  # fmt: skip
    monkeypatch.setenv(name, value)
    result = call("check", "p.py")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1), result.output
    assert said in result.stderr


def test_a_file_that_is_no_text_is_one_line() -> None:
    (Path.cwd().parent / "alertable.toml").write_bytes(b"\xff\xfe")
    result = call("run", "p.py")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1), result.output
    assert "alertable.toml: cannot be read as TOML: " in result.stderr


def test_what_can_be_configured_exists() -> None:
    assert set(CONFIGURED) <= set(COMMANDS)
    found = {name: set(options_of(command)) for name in CONFIGURED if (command := command_of(name)) is not None}
    assert {"strategy", "memory", "workers", "require", "clock", "fault", "specs", "max-steps", "seed", "store"} <= found["check"]
    assert "seed" not in found["run"] | found["replay"]
    assert {"clock", "profile", "fault", "specs", "max-steps"} <= found["run"] & found["replay"] & found["explain"]
