"""The watchdog: a program that computes for ever without a system call cannot hang the checker.

It looks at real time, so it is a last resort and no part of the semantics: nothing else of an execution depends on it.
"""

from __future__ import annotations

import ctypes
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.runtime.machine import Machine

LIMIT_SECONDS: Final = 20
LOOK_SECONDS: Final = 1.0

# The modules whose functions trace a thread for somebody who steps through it.
_DEBUGGERS: Final = frozenset({"bdb", "pdb", "pydevd", "_pydevd_bundle", "_pydevd_sys_monitoring", "debugpy"})


class Stuck(BaseException):
    """Raised inside a program that has not called the API for LIMIT_SECONDS."""


class _Watchdog:
    def __init__(self) -> None:
        self._watched: list[tuple[Machine | None, int]] = []
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None

    def begin(self, machine: Machine | None) -> None:
        with self._wake:
            self._watched.append((machine, threading.get_ident()))
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="alertable-watchdog", daemon=True)
                self._thread.start()
            elif len(self._watched) == 1:
                self._wake.notify()

    def end(self) -> None:
        with self._wake:
            self._watched.pop()

    def _watch(self) -> None:
        seen, quiet = (0, 0), 0.0
        while True:
            with self._wake:
                if not self._watched:
                    self._wake.wait()
                    seen, quiet = (0, 0), 0.0
                    continue
                self._wake.wait(LOOK_SECONDS)
                if not self._watched:
                    continue
                machine, ident = self._watched[-1]
                if machine is None:
                    continue
                now = (id(machine), machine.steps)
                quiet = quiet + LOOK_SECONDS if now == seen else 0.0
                seen = now
                if quiet >= LIMIT_SECONDS and not _debugged(ident):
                    quiet = 0.0
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident), ctypes.py_object(Stuck))


def _debugged(ident: int) -> bool:
    """Somebody steps through the program; waiting is what they want.

    Whoever else traces (coverage, hypothesis explaining a failure) needs the watchdog as much as anybody; the
    frames of pooled greenlets even keep the trace function of an execution long past.
    """
    monitoring = getattr(sys, "monitoring", None)  # CPython 3.12 and later
    if monitoring is not None and monitoring.get_tool(monitoring.DEBUGGER_ID) is not None:
        return True
    frame = sys._current_frames().get(ident)
    while frame is not None:
        tracer = frame.f_trace
        module = getattr(tracer, "__module__", None) or type(tracer).__module__
        if tracer is not None and module.partition(".")[0] in _DEBUGGERS:
            return True
        frame = frame.f_back
    return False


_WATCHDOG: Final = _Watchdog()


@contextmanager
def watched(machine: Machine | None) -> Iterator[None]:
    """Watch one execution of the calling OS thread; None: more will come, and the watchdog need not be woken for each."""
    _WATCHDOG.begin(machine)
    try:
        yield
    finally:
        _WATCHDOG.end()
