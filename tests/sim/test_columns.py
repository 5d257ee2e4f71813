"""Tables: nothing is cut away, columns stay aligned in every script (non-ascii on purpose), at every width."""

from __future__ import annotations

import re
from ctypes import byref
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import alertable
from alertable.cli import main
from alertable.sim.trace.event import Event, EventKind
from alertable.sim.view.columns import Row, lines_of, rows_of, table
from alertable.sim.view.grid import GAP, pad, visible, width_of, wrap
from alertable.specs.litmus.sockets import loopback
from alertable.winapi import WSABUF
from tests.child import python

if TYPE_CHECKING:
    from pathlib import Path

    from alertable.winapi import WinApi

FAILS = """
from ctypes import byref, create_string_buffer
from alertable.specs.litmus.sockets import loopback

def program(w):
    s = w.socket(2, 1, 6)
    w.connect(s, byref(loopback(9)), 16)
    assert not w.WSAGetLastError()
"""


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), st.integers(4, 40))
def test_wrapping_loses_nothing_and_keeps_within_the_width(text: str, width: int) -> None:
    text = visible(text)
    lines = wrap(text, width)
    assert all(width_of(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_the_width_of_letters() -> None:
    assert [width_of(text) for text in ("abc", "서버", "ソケ", "e\u0301", "\uff11", "")] == [3, 4, 4, 1, 2, 0]
    assert pad("서버", 6) == "서버  "


def test_control_characters_are_shown() -> None:
    assert visible("a\tb\x1b[2J\n") == "a\\tb\\x1b[2J\\n"
    assert visible("서버") == "서버"


@pytest.mark.parametrize("width", [40, 60, 80, 100, 200])
@pytest.mark.parametrize("names", [("server", "client"), ("서버", "클라이언트", "도우미")])
def test_columns_are_aligned(width: int, names: tuple[str, ...]) -> None:
    rows = [
        Row(
            step=n,
            thread=name,
            text=f'print "{name}이 보낸다 {"x" * 30}"',
            kernel=("c1> sends 5 bytes b'hello'",),
            where="서버.py:12",
        )
        for n, name in enumerate(names)
    ]
    lines = lines_of(rows, width)
    rule = lines[1]
    places = [match.start() for match in re.finditer(r"\+", rule)]
    for line in (lines[0], *lines[2:]):
        bars = [width_of(line[:n]) for n, c in enumerate(line) if c == "|"]
        assert bars == places[: len(bars)]
    assert all(width_of(line) <= max(width, len(rule)) for line in lines)
    assert "x" * 10 in "".join(lines)


def test_an_error_has_its_number_and_its_name_at_every_width() -> None:
    def program(w: WinApi) -> None:
        s = w.WSASocketW(2, 1, 6, None, 0, 1)
        address = loopback(9)
        w.connect(s, byref(address), 16)
        w.WSASend(s, byref(WSABUF()), 1, None, 0, None, None)
        w.WaitForSingleObject(w.CreateEventW(None, 1, 0, None), 5)
        w.PostQueuedCompletionStatus(0, 0, 0, None)

    trace = alertable.run(program, specs=()).trace
    for width in (40, 60, 100, 300):
        text = re.sub(r"[\s|]+", "", table(trace, width))
        for expected in ("-1(error10061WSAECONNREFUSED)", "258WAIT_TIMEOUT", "0(error6ERROR_INVALID_HANDLE)"):
            assert expected in text, expected


def test_threads_for_which_there_is_no_room_share_a_column() -> None:
    rows = [Row(step=n, thread=f"t{n}", text="SetEvent(event#1) -> 1") for n in range(9)]
    head, _, *body = lines_of(rows, 80)
    assert [cell.strip() for cell in head.split(GAP)] == ["step", "t0", "other threads", "kernel"]
    assert any("[t8]" in line for line in body)


def test_every_kind_of_event_has_a_row() -> None:
    events = [
        Event(sequence=n, step=n, time_100ns=0, thread="t", kind=kind, subject="subject", text="text")
        for n, kind in enumerate(EventKind)
    ]
    rows = rows_of(events)
    told = "\n".join(f"{row.text} {row.kernel}" for row in rows)
    assert "subject: text posted" in told
    assert "the environment decides: subject" in told


def test_what_decides_on_the_network_is_told() -> None:
    def lost(w: WinApi) -> None:
        s = w.WSASocketW(2, 2, 17, None, 0, 1)
        address = loopback(9)
        w.sendto(s, b"hello", 5, 0, byref(address), 16)
        w.Sleep(1)
        assert w.recvfrom(s, (address), 5, 0, None, None) == 5

    (violation,) = alertable.check(lost).violations
    told = [text for row in violation.rows for text in row.kernel]
    assert "ICMP port unreachable reaches udp#1" in told
    assert "u1> brings 5 bytes b'hello'" in told


@pytest.mark.parametrize("columns", ["60", "100", "160"])
def test_the_terminal_says_how_wide(columns: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fails.py").write_text(FAILS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", columns)
    output = CliRunner().invoke(main, ["check", "fails.py", "--store", "s"]).stdout
    story = [line for line in output.splitlines() if " | " in line and not line.startswith(("again", "FAIL"))]
    assert max(map(len, story)) <= int(columns)
    assert "WSAECONNREFUSED" in output
    assert "at fails: fails.py:8 in program" in output


@pytest.mark.parametrize("charset", ["ascii", "cp949", "utf-8"])
def test_a_stream_that_lacks_the_letters_keeps_its_columns(charset: str, tmp_path: Path) -> None:
    (tmp_path / "p.py").write_text("def 서버é(w):\n    w.Sleep(1)\n    print('안녕')\n    raise ValueError\n", encoding="utf-8")
    run = "import sys; sys.argv[1:] = ['run', 'p.py:서버é', '--trace', '-']; from alertable.cli import main; main()"
    child = python("-c", run, cwd=tmp_path, PYTHONIOENCODING=charset, PYTHONUTF8="0", encoding=charset)
    lines = child.stdout.splitlines()
    rule = next(n for n, line in enumerate(lines) if line.startswith("----"))
    bars = [match.start() for match in re.finditer(r"\+", lines[rule])]
    for line in (lines[rule - 1], lines[rule + 1]):
        assert [width_of(line[:n]) for n, c in enumerate(line) if c == "|"] == bars
    assert ("서버" in lines[rule - 1]) is (charset != "ascii")


@pytest.mark.parametrize("width", [1, 2, 3, 4])
@pytest.mark.parametrize("text", ["", "   ", "abc", "\ub098\uc05c \uc11c\ubc84.py:12", "a (b, c) -> 0"])
def test_wrapping_ends_in_the_narrowest_column_and_loses_nothing(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_what_comes_again_is_one_row() -> None:
    def program(w: WinApi) -> None:
        for _ in range(5):
            w.GetTickCount64()

    (row,) = [row for row in rows_of(alertable.run(program).trace) if "GetTickCount64" in row.text]
    assert row.repeats == 5
