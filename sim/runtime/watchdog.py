"""The watchdog: a program that computes for ever without a system call cannot hang the checker.

It looks at real time, so it is a last resort and no part of the semantics: nothing else of an execution depends on it.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from alertable.sim.runtime.running import Running

    Watched = tuple[Running | None, int, Callable[[], float] | None]

LIMIT_SECONDS: Final = 10  # of a thread between two calls
LOOK_SECONDS: Final = 0.5
AGAIN_SECONDS: Final = 0.05  # after something was raised in vain
VAIN_MAX: Final = 3  # how often a program may catch what is raised in it before it is left behind
GRACE_SECONDS: Final = 0.5  # that an execution may take to end when nobody is willing to wait any more

# The modules whose functions trace a thread for somebody who steps through it.
_DEBUGGERS: Final = frozenset({"bdb", "pdb", "pydevd", "_pydevd_bundle", "_pydevd_sys_monitoring", "debugpy"})


class Stuck(BaseException):
    """Raised inside a program that has not called the API for LIMIT_SECONDS."""

    def __init__(self) -> None:
        super().__init__()
        _WATCHDOG.raised(self)  # runs where it is raised: inside the program


class OutOfPatience(KeyboardInterrupt):
    """Raised inside an execution that goes on although the time is up, or although the user has asked to stop."""

    def __init__(self) -> None:
        super().__init__()
        _WATCHDOG.raised(self)


class _Watchdog:
    """Watches executions, the innermost first.  A process that is forked off begins without any, and without the thread."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Nothing is watched; a lock that another thread held when this process was forked off is nobody's."""
        self._watched: list[Watched] = []
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._vain = 0  # how often something was raised in the step that goes on
        self._count = 0  # executions so far: an execution is known by its number, for addresses come again

    def begin(self, machine: Running | None, patience: Callable[[], float] | None) -> Watched:
        with self._wake:
            if patience is None and self._watched:
                patience = self._watched[-1][2]
            watched = (machine, threading.get_ident(), patience)
            self._watched.append(watched)
            self._count += 1
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="alertable-watchdog", daemon=True)
                self._thread.start()
            elif len(self._watched) == 1:
                self._wake.notify()
        return watched

    def end(self, watched: Watched) -> None:
        with self._wake:
            self._watched = [each for each in self._watched if each is not watched]

    def raised(self, error: BaseException) -> None:
        """It is being raised; a program that has caught several is left behind: then this does not return."""
        machine = self._watched[-1][0] if self._watched else None
        if machine is not None and self._vain > VAIN_MAX:
            machine.leave_behind(error)

    def _watch(self) -> None:
        seen, since, begun = (0, 0), 0.0, 0.0  # what was running, since when it has made no step, since when it should be over
        while True:
            with self._wake:
                if not self._watched:
                    self._wake.wait()
                    continue
                self._wake.wait(AGAIN_SECONDS if self._vain else LOOK_SECONDS)
                if not self._watched or self._watched[-1][0] is None:
                    self._vain = 0
                    continue
                machine, ident, patience = self._watched[-1]
                assert machine is not None
                now, clock = (self._count, machine.steps), time.monotonic()
                if now[0] != seen[0] or patience is None or patience() > 0:
                    begun = clock
                if now != seen:
                    seen, since = now, clock
                    self._vain = 0
                error = OutOfPatience if clock - begun >= GRACE_SECONDS else Stuck if clock - since >= LIMIT_SECONDS else None
                if error is not None and (self._vain or not _debugged(ident)):
                    self._vain += 1
                    _raise_in(ident, error)


def _raise_in(ident: int, error: type[BaseException]) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident), ctypes.py_object(error))


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
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_WATCHDOG.reset)


@contextmanager
def watched(machine: Running | None, patience: Callable[[], float] | None = None) -> Iterator[None]:
    """Watch one execution of the calling OS thread; None: more will come, and the watchdog need not be woken for each.

    patience: how many more seconds somebody is willing to wait for what runs within; asked by another thread.
    """
    watched = _WATCHDOG.begin(machine, patience)
    try:
        yield
    finally:
        try:
            _WATCHDOG.end(watched)
        except (Stuck, OutOfPatience):  # it was on its way, and what it was meant for is over
            _WATCHDOG.end(watched)
