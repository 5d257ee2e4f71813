"""Every command under what consoles, pipes and folders do to it: its exit code stands, nothing is a traceback, bytes are text.

A new command fails here until SAMPLES says how to call it.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import pytest
from click.testing import CliRunner

from alertable.cli import COMMANDS, command_of, main
from tests.child import ROOT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.long  # every test starts processes: minutes together

GOOD = "def program(w):\n    print('\\uc548\\ub155 \\u2014')\n    return w.SetEvent(w.CreateEventW(None, 0, 0, None))\n"
STUCK = "def program(w):\n    w.Sleep(0xFFFFFFFF)\n"
GOOD_FILE, STUCK_FILE = "\uc11c\ubc84 \ud558\ub098.py", "\ub098\uc05c \uc11c\ubc84.py"  # non-ascii on purpose: by escapes
ODD_FILE = "a:b 'c\" \udcff.py"  # the last one is a byte that is no UTF-8
AGAIN = [STUCK_FILE, "--schedule", "v1: \ub098\uc05c\uc11c\ubc84*2"]
REAL = sys.platform == "win32"

# command -> (words, exit code); a command may be here before it exists
SAMPLES: Final[dict[str, tuple[list[str], int]]] = {
    "calibrate": ([], 0 if REAL else 2),
    "check": ([STUCK_FILE, ODD_FILE], 1),
    "compare": (["--clients", "1", "--messages", "1", "--servers", "select_loop"], 0),
    "conform": (["--only", "k001"], 0),
    "completion": (["bash"], 0),
    "demo": ([], 0),
    "diff": ([STUCK_FILE, STUCK_FILE], 2),
    "doctor": ([], 0),
    "explain": (AGAIN, 1),
    "replay": (AGAIN, 1),
    "run": ([GOOD_FILE, ODD_FILE, "--trace", "-"], 0),
    "store": (["ls"], 0),
    "zoo": ([], 0),
}
IN_A_READ_ONLY_FOLDER: Final = {"doctor": 1}  # where it differs


@dataclass(frozen=True)
class Condition:
    """How a command is started; stdout and stderr: a file (None), a full disk, a pipe that nobody reads, or nothing at all."""

    variables: dict[str, str | None] = field(default_factory=dict)
    stdout: str | None = None
    stderr: str | None = None
    read_only: bool = False


CONDITIONS: Final = {
    "cp949, 60 columns, a read-only folder": Condition({"PYTHONIOENCODING": "cp949", "COLUMNS": "60"}, read_only=True),
    "ascii, 20 columns, LANG=C, no HOME": Condition(
        {"PYTHONIOENCODING": "ascii", "COLUMNS": "20", "LANG": "C", "LC_ALL": "C", "HOME": None}
    ),
    "utf-16, 1 column, a full disk for errors": Condition({"COLUMNS": "1", "PYTHONIOENCODING": "utf-16"}, stderr="full"),
    "a full disk": Condition(stdout="full"),
    "a reader that has left": Condition(stdout="left", stderr="left"),
    "no streams at all": Condition(stdout="none", stderr="none"),
}
ALONE: Final = {
    "no stdout": Condition(stdout="none"),
    "no stderr": Condition(stderr="none"),
    "a reader of errors that has left": Condition(stderr="left"),
    "unbuffered, a full disk": Condition({"PYTHONUNBUFFERED": "1"}, stdout="full"),
    "unbuffered, a reader that has left": Condition({"PYTHONUNBUFFERED": "1"}, stdout="left"),
}


@dataclass(frozen=True)
class Started:
    """A command that runs, and where its output goes."""

    process: subprocess.Popen[bytes]
    out: Path
    err: Path


def start(words: list[str], condition: Condition, folder: Path) -> Started:
    """Start a command under a condition, in a folder of its own that holds the programs."""
    folder.mkdir()
    for name, text in ((GOOD_FILE, GOOD), (STUCK_FILE, STUCK), (ODD_FILE, GOOD)):
        (folder / name).write_text(text, encoding="utf-8")
    out, err = folder.with_suffix(".out"), folder.with_suffix(".err")
    if condition.read_only:
        folder.chmod(0o555)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **condition.variables}

    def prepare() -> None:
        """In the child, before the command."""
        if condition.read_only:
            ctypes.CDLL(None).prctl(24, 1)  # PR_CAPBSET_DROP, CAP_DAC_OVERRIDE: permissions hold for root, too
        for descriptor, what in ((1, condition.stdout), (2, condition.stderr)):
            if what == "none":
                os.close(descriptor)

    streams = [_stream(condition.stdout, out), _stream(condition.stderr, err)]
    command = [sys.executable, "-m", "alertable", *words]
    process = subprocess.Popen(
        command, cwd=folder, env={k: v for k, v in environment.items() if v is not None}, stdin=subprocess.DEVNULL,
        stdout=streams[0], stderr=streams[1], preexec_fn=prepare,
    )  # fmt: skip
    for descriptor in streams:
        os.close(descriptor)
    return Started(process, out, err)


def _stream(what: str | None, file: Path) -> int:
    file.touch()
    if what == "full":
        return os.open("/dev/full", os.O_WRONLY)
    if what == "left":
        reader, writer = os.pipe()
        os.close(reader)
        return writer
    return os.open(file, os.O_WRONLY)


ON_LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/dev/full, closed descriptors")


@pytest.mark.slow
@ON_LINUX
@pytest.mark.parametrize("name", COMMANDS)
def test_streams_consoles_and_folders_do_not_break_it(tmp_path: Path, name: str) -> None:
    assert name in SAMPLES, f"say in SAMPLES how to call {name}"
    started = [start([name, *SAMPLES[name][0]], each, tmp_path / str(i)) for i, each in enumerate(CONDITIONS.values())]
    for each in started:
        each.process.wait(120)
    for which, each in zip(CONDITIONS, started, strict=True):
        held(name, which, CONDITIONS[which], each)


@ON_LINUX
@pytest.mark.parametrize("which", ALONE)
@pytest.mark.parametrize("name", ["run", "check"])
def test_each_stream_alone(tmp_path: Path, name: str, which: str) -> None:
    held(name, which, ALONE[which], start([name, *SAMPLES[name][0]], ALONE[which], tmp_path / "0"))


def held(name: str, which: str, condition: Condition, started: Started) -> None:
    """The exit code, no traceback, text."""
    code = started.process.wait(120)
    encoding = condition.variables.get("PYTHONIOENCODING") or "utf-8"
    out, err = started.out.read_bytes().decode(encoding), started.err.read_bytes().decode(encoding)
    expected = IN_A_READ_ONLY_FOLDER.get(name, SAMPLES[name][1]) if condition.read_only else SAMPLES[name][1]
    if condition.stdout == "full":
        assert expected == 2 or "standard output cannot be written" in err
        expected = expected or 2
    assert code == expected, (which, out, err)
    assert not re.search("Traceback|Exception ignored|Error:", out + err), (which, out, err)
    assert out.strip() or err.strip() or condition.stdout or condition.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell")
@pytest.mark.parametrize(("text", "code"), [(GOOD, 0), (STUCK, 1)])
def test_a_reader_that_has_seen_enough_does_not_change_the_exit_code(tmp_path: Path, text: str, code: int) -> None:
    file = tmp_path / "given.py"
    file.write_text(text.replace("(w):\n", "(w):\n    for i in range(9_999):\n        print('line', i)\n"), encoding="utf-8")
    line = f"{shlex.join([sys.executable, '-m', 'alertable', 'run', str(file)])} | head -1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", line],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert (done.stdout, done.stderr, done.returncode) == ("line 0\n", "", code)


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("bad", [["--no-such-option"], ["--json"]])
def test_json_is_wanted_of_errors_too(name: str, bad: list[str]) -> None:
    asked = ["--json=-"] if name in ("compare", "conform") else ["--json"]
    result = CliRunner().invoke(main, [name, *asked, *bad])
    if result.exit_code == 0:
        pytest.skip("twice --json is no error here")
    assert one_object(result.stdout) == {"error": result.stderr.removeprefix("alertable: ").rstrip("\n"), "exit_code": 2}


def test_json_of_an_unknown_command_and_of_no_command() -> None:
    assert one_object(CliRunner().invoke(main, ["nonsense", "--json"]).stdout)["exit_code"] == 2
    assert not CliRunner().invoke(main, ["conform", "--json", "found.json", "--nonsense"]).stdout


@pytest.mark.parametrize(
    ("raised", "code"),
    [(RuntimeError("ours"), 70), (KeyboardInterrupt(), 130), (OSError(28, "disk full"), 2), (ValueError("x"), 2)],
)
def test_json_of_what_happens_in_a_command(monkeypatch: pytest.MonkeyPatch, raised: BaseException, code: int) -> None:
    def broken(*arguments: Any, **keywords: Any) -> None:
        raise raised

    monkeypatch.setattr(command_of("run"), "callback", broken)
    result = CliRunner().invoke(main, ["run", "given.py", "--json"])
    assert result.exit_code == code
    assert one_object(result.stdout)["exit_code"] == code
    assert ("Traceback" in result.stderr) == (code == 70)


def one_object(text: str) -> dict[str, Any]:
    """The JSON object that stands in one line of ASCII."""
    assert text.isascii()
    assert text.count("\n") == 1
    data: dict[str, Any] = json.loads(text)
    return data
