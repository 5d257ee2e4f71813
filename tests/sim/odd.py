"""What the odd programs share."""

from __future__ import annotations

from ctypes import byref, c_int32, c_void_p
from typing import TYPE_CHECKING, Any

from alertable.sim.runtime.execution import run
from alertable.winapi import SOL_SOCKET

if TYPE_CHECKING:
    from collections.abc import Callable

SEEDS = (None, *range(8))
NEVER_READ = 1 << 20


def outcomes(program: Callable[[Any], Any], **options: Any) -> set[Any]:
    """What the program returns, over several schedules."""
    found = set()
    for seed in SEEDS:
        execution = run([program], seed=seed, **options)
        assert execution.violation is None, f"seed {seed}: {execution.violation}"
        found.add(repr(execution.outcome))
    return found


def set_int(w: Any, s: int, option: int, value: int) -> None:
    assert w.setsockopt(s, SOL_SOCKET, option, byref(c_int32(value)), 4) == 0


def my_thread(w: Any) -> int:
    handle, process = c_void_p(), w.GetCurrentProcess()
    w.DuplicateHandle(process, w.GetCurrentThread(), process, byref(handle), 0, 0, 2)
    return handle.value or 0
