"""What is printed to be pasted works when it is pasted: through a real sh; on Windows the words are in double quotes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from alertable.words import command, file_words, quoted
from tests.child import ROOT, python

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.long  # every test starts processes: minutes together

SH = pytest.mark.skipif(os.name == "nt" or shutil.which("sh") is None, reason="needs a POSIX shell")
WAITS = "def program(w):\n    w.SleepEx(0xFFFFFFFF, 1)\n"
HARD = [
    "given.py", "with a space.py", "it's \"quoted\".py", "\ud55c\uae00 \uc11c\ubc84.py", "$HOME `x` !a *.py", "-x.py",
    "a;b&c|d.py", "new\nline.py",
]  # fmt: skip


def pasted(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The line as sh runs it, with an `alertable` on the path."""
    tool = folder / "bin" / "alertable"
    if not tool.exists():
        tool.parent.mkdir()
        tool.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m alertable "$@"\n', encoding="utf-8")
        tool.chmod(0o755)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PATH": f"{tool.parent}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(
        ["sh", "-c", line], cwd=folder, env={**environment, "PYTHONUTF8": "1"}, capture_output=True, text=True, encoding="utf-8",
        timeout=120, check=False,
    )  # fmt: skip


def lines(text: str, head: str) -> list[str]:
    return [part.strip().removeprefix("why: ") for line in text.splitlines() if line.startswith(head)
            for part in line.removeprefix(head).split("   |   ")]  # fmt: skip


@SH
@pytest.mark.slow
@pytest.mark.parametrize("name", HARD[:-1])
def test_lines_of_check_and_run_work_in_a_shell(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(WAITS, encoding="utf-8")
    found = python("-m", "alertable", "check", f"./{name}" if name[0] == "-" else name, "--clock", "free", "--fault", "reset=1",
                   "--store", "the store", cwd=tmp_path, PYTHONUTF8="1", encoding="utf-8")  # fmt: skip
    assert found.returncode == 1, found.stderr
    for head, count in (("again: ", 2), ("replay: ", 1)):
        commands = lines(found.stdout, head)
        assert len(commands) == count
        for line in commands:
            again = pasted(line, tmp_path)
            assert again.returncode == 1, (line, again.stderr)
            assert "deadlock: blocked for ever" in again.stdout


@SH
def test_the_line_of_run_does_the_same_in_a_shell(tmp_path: Path) -> None:
    shutil.copy(ROOT / "specs" / "programs" / "five_receives.py", tmp_path / "my five.py")
    first = python("-m", "alertable", "run", "my five.py", "--seed", "7", cwd=tmp_path)
    (line,) = lines(first.stdout, "replay: ")
    assert "c1>" in line
    again = pasted(line, tmp_path)
    assert again.stdout == first.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bin", "my five.py"]  # `>` wrote no file


@SH
@pytest.mark.parametrize("word", [*HARD, "", "v1: a*2 c1> !x [ b ]*4 @m.l#1", "~", "#", "a=b"])
def test_every_word_arrives_as_it_is(word: str) -> None:
    done = subprocess.run(["sh", "-c", f"printf %s {quoted(word, windows=False)}"], capture_output=True, check=True)
    assert done.stdout.decode() == word


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("given.py", "given.py"),
        (r"C:\a\b.py", r"C:\a\b.py"),
        ("two words.py", '"two words.py"'),
        ("\ud55c.py", '"\ud55c.py"'),
        ("v1: a*2 c1> b", '"v1: a*2 c1> b"'),
        ("", '""'),
        ("a b\\", '"a b\\\\"'),
        ("@x", '"@x"'),
        ("a&b", '"a&b"'),
    ],
)
def test_windows_shells_get_double_quotes(word: str, expected: str) -> None:
    assert quoted(word, windows=True) == expected


@pytest.mark.parametrize("word", ["a b.py", "v1: x*2 c1> !partial-send=1 [ y ]*3", "\ud55c\uae00 x.py", "a b\\", "it's.py"])
def test_what_windows_gets_is_read_by_its_own_rules(word: str) -> None:
    """The rules by which a C runtime on Windows splits a command line, for one word in double quotes."""
    text = quoted(word, windows=True)
    if text.startswith('"'):
        text = text[1:-1]
        text = text[: len(text) - len(text.rstrip("\\")) // 2] if text.endswith("\\") else text
    assert text == word


def test_a_file_that_looks_like_an_option_is_told_apart() -> None:
    assert command(*file_words(["-x.py"])) == "./-x.py"
