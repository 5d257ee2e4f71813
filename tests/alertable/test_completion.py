"""Completion: what click answers a shell, what bash makes of it, and that every text that a command takes has a completer."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

from alertable.cli import COMMANDS, command_of, main
from alertable.commands.completion import SHELLS
from alertable.completion import Text
from alertable.specs.properties import ALL
from tests.child import ROOT, python

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STUCK = "def program(w):\n    w.Sleep(0xFFFFFFFF)\n\ndef other(w):\n    pass\n\ndef _hidden(w):\n    pass\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "given.py").write_text(STUCK, encoding="utf-8")
    (tmp_path / "spec_of_mine.py").touch()
    return tmp_path


def offered(*words: str) -> list[str]:
    """What is offered for the last word; <file> where the shell completes files."""
    complete = ShellComplete(main, {}, "alertable", "_ALERTABLE_COMPLETE")
    items = complete.get_completions(list(words[:-1]), words[-1])
    return ["<file>" if item.type == "file" else item.value for item in items]


def test_commands_options_and_choices() -> None:
    assert offered("con") == ["conform"]
    assert set(offered("")) >= set(COMMANDS)
    assert offered("check", "--prof") == ["--profile"]
    assert offered("check", "given.py", "--profile", "d") == ["documented"]
    assert offered("completion", "") == ["bash", "zsh", "fish", "pwsh"]


def test_files_and_modules() -> None:
    assert offered("run", "") == ["<file>"]
    assert offered("run", "giv") == ["<file>"]
    assert offered("run", "given.py", "--trace", "") == ["<file>"]
    assert offered("run", "specs.programs.five") == ["specs.programs.five_receives"]
    assert offered("run", "spec")[0] == "spec_of_mine.py"
    assert "specs.programs.five_receives" in offered("run", "spec")


def test_functions_of_a_file_and_of_a_module() -> None:
    assert offered("check", "given.py:") == ["given.py:program", "given.py:other"]
    assert offered("check", "specs.programs.lecture_demo:k") == ["specs.programs.lecture_demo:kim"]
    assert offered("check", "nobody.py:") == []


def test_lists_of_laws_and_faults() -> None:
    assert offered("check", "--specs", "S1,S2")[:2] == ["S1,S2", "S1,S20"]
    assert offered("check", "--specs", "+S16") == ["+S16"]
    assert set(offered("check", "--specs", "")) >= {"default", "all", "none", *ALL}
    assert offered("check", "--fault", "re") == ["reset=1"]
    assert offered("zoo", "e0")
    assert offered("conform", "--only", "k00")
    assert offered("compare", "--servers", "select_loop,over") == ["select_loop,overlapped_events"]


def test_ids_of_the_store(folder: Path) -> None:
    assert offered("replay", "") == ["<file>"]
    CliRunner().invoke(main, ["check", "given.py"])
    (name,) = (path.stem for path in (folder / ".alertable").glob("*.json"))
    assert offered("replay", "") == [name]
    assert offered("explain", name[:3]) == [name]
    assert offered("replay", "giv") == ["<file>"]
    (folder / ".alertable" / f"{name}.json").write_text("{", encoding="utf-8")
    assert offered("replay", name[:3]) == [name], "what cannot be read has an id all the same"


def parameters(command: click.Command, path: str) -> Iterator[tuple[str, click.Parameter]]:
    for param in command.params:
        yield f"{path} {param.name}", param
    for name, each in command.commands.items() if isinstance(command, click.Group) else ():
        yield from parameters(each, f"{path} {name}")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_text_that_a_command_takes_can_be_completed(name: str) -> None:
    command = command_of(name)
    assert command is not None
    for where, param in parameters(command, name):
        numbers = (param.metavar or "").split("|")[0] == "N"
        assert numbers or param.type is not click.STRING, f"{where}: give it a metavar that alertable.completion knows"
        assert not isinstance(param.type, Text) or param.metavar


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_gets_its_lines(shell: str) -> None:
    result = CliRunner().invoke(main, ["completion", shell])
    assert result.exit_code == 0
    assert "_ALERTABLE_COMPLETE" in result.stdout
    assert f"{SHELLS[shell]}_complete" in result.stdout
    words = "-CommandName alertable" if shell == "pwsh" else "_alertable_completion"
    assert words in result.stdout


@pytest.mark.parametrize("shell", SHELLS.values())
def test_the_protocol_answers(shell: str) -> None:
    last = "conf" if shell == "fish" else "1"
    done = python("-m", "alertable", _ALERTABLE_COMPLETE=f"{shell}_complete", COMP_WORDS="alertable conf", COMP_CWORD=last)
    assert (done.returncode, done.stderr) == (0, "")
    assert "conform" in done.stdout


def test_an_unknown_shell_and_an_old_click(monkeypatch: pytest.MonkeyPatch) -> None:
    result = CliRunner().invoke(main, ["completion", "tcsh"])
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    monkeypatch.setattr("alertable.commands.completion.get_completion_class", lambda shell: None)
    result = CliRunner().invoke(main, ["completion", "pwsh"])
    assert result.exit_code == 2
    assert "pip install 'click>=8.5'" in result.stderr


@pytest.mark.skipif(sys.platform == "win32" or shutil.which("bash") is None, reason="needs bash")
def test_bash_itself(tmp_path: Path) -> None:
    script = tmp_path / "bin" / "alertable"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m alertable "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    lines = """
        eval "$(alertable completion bash)"
        complete -p alertable
        answer() { COMPREPLY=(); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _alertable_completion alertable; echo "${COMPREPLY[@]}"; }
        COMP_WORDS=(alertable run specs.programs.five); answer
        COMP_WORDS=(alertable check given.py --strategy d); answer
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PATH": f"{script.parent}:{os.environ['PATH']}"}
    command = ["bash", "--norc", "-c", lines]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path, check=False)
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "complete -o nosort -F _alertable_completion alertable", "specs.programs.five_receives", "dpor dfs"
    ]  # fmt: skip
