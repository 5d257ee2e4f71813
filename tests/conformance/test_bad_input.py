"""Bad handles, wrong types, NULL and short lengths: the same answers on both arms, and nothing changed.

The expected answers are in tests/golden/bad_input.txt, one call per line; what Wine answers otherwise is listed here.
"""

from __future__ import annotations

from typing import Any

import pytest

from alertable.sim.runtime.execution import run
from tests.conformance.arms import real_api, under_wine
from tests.conformance.bad_input import objects, ports_and_windows, sockets
from tests.repo.sources import ROOT

GOLDEN = ROOT / "tests" / "golden" / "bad_input.txt"
WINE = {
    "connect(short)": (-1, 10049),  # connect page: namelen too small is WSAEFAULT
    "CancelIo(event)": (1, 0x1234),  # Wine does not check that the handle is a file's
    "listen(connected)": (-1, 10022),  # listen page: WSAEISCONN
    "WSARecv(no count)": (0, 0),  # WSARecv page: lpNumberOfBytesRecvd may be NULL only with an OVERLAPPED
    "GetQueuedCompletionStatusEx(0)": (1, 0x1234),  # NtRemoveIoCompletionEx: a count of 0 is STATUS_INVALID_PARAMETER
    "DestroyWindow(destroyed)": (0, 5),  # Wine asks first whose window it is
    "WSAAsyncSelect(destroyed)": (0, 0),  # WSAAsyncSelect page: WSAEINVAL; Wine never looks at the window
}
KEPT = "untouched"  # its first element is what the out-parameters hold


def lines(rows: dict[str, Any]) -> list[str]:
    return [f"{name:<40} {result!r:<24} {error}" for name, (result, error) in rows.items()]


@pytest.mark.parametrize("program", [objects, sockets, ports_and_windows], ids=lambda p: p.__name__)
def test_the_model_answers_as_windows_does(program: Any) -> None:
    execution = run([program], specs=())  # using closed handles is the point here
    assert execution.violation is None
    assert lines(execution.outcome) == golden(program.__name__)


@pytest.mark.real_winsock
@pytest.mark.parametrize("program", [objects, sockets, ports_and_windows], ids=lambda p: p.__name__)
def test_real_winsock_answers_so_too(program: Any) -> None:
    rows = program(real_api())
    differing = {name for name in WINE if name in rows} if under_wine() else set()
    for name in differing:
        assert rows[name] == WINE[name], name
    expected = {line.split("  ")[0].strip(): line for line in golden(program.__name__)}
    for line, name in zip(lines(rows), rows, strict=True):
        if name not in differing and not (differing and name == KEPT):
            assert line == expected[name]


def golden(section: str) -> list[str]:
    text = GOLDEN.read_text(encoding="ascii")
    return text.split(f"[{section}]\n")[1].split("\n\n")[0].rstrip("\n").split("\n")
