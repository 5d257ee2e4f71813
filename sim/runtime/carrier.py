"""Carriers: pooled greenlets that user code runs on.

A greenlet costs ten times what a switch costs, so finished ones are kept for the next thread and the next execution.
Greenlets belong to one OS thread; so does the pool.  A greenlet begins at the recursion depth of the one that starts it, so
a chain of threads that start each other would reach Python's limit: all are started by one greenlet near the bottom.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from greenlet import getcurrent, greenlet

if TYPE_CHECKING:
    from collections.abc import Callable

POOL_MAX: Final = 2_048


class Unwound(BaseException):
    """Thrown into a parked greenlet when its execution is over; a program is not meant to catch it."""


class ThreadExit(BaseException):
    """ExitThread: leaves every frame of the thread."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class _Pool(threading.local):
    def __init__(self) -> None:
        self.idle: list[Carrier] = []
        self.nursery: greenlet | None = None


_POOL: Final = _Pool()


class Carrier:
    """A greenlet that runs one task after the other; a task returns the greenlet that goes on after it."""

    __slots__ = ("greenlet", "task")

    def __init__(self) -> None:
        self.task: Callable[[], greenlet] | None = None
        self.greenlet = greenlet(self._loop)

    def _loop(self) -> None:
        assert _POOL.nursery is not None
        _POOL.nursery.switch()
        while True:
            task, self.task = self.task, None
            assert task is not None
            successor = task()
            del task
            if len(_POOL.idle) >= POOL_MAX:
                self.greenlet.parent = successor  # the greenlet ends here, and control goes to its parent
                return
            _POOL.idle.append(self)
            successor.switch()


def acquire(task: Callable[[], greenlet], hub: greenlet) -> Carrier:
    """A carrier that will run the task when it is first switched to."""
    carrier = _POOL.idle.pop() if _POOL.idle else _new_carrier()
    carrier.task = task
    carrier.greenlet.parent = hub
    return carrier


def _new_carrier() -> Carrier:
    if _POOL.nursery is None:
        _POOL.nursery = greenlet(_nursery)
    carrier: Carrier = _POOL.nursery.switch(getcurrent())
    return carrier


def _nursery(asker: greenlet) -> None:
    """Makes a carrier for whoever asks, started as far as the top of its loop."""
    while True:
        carrier = Carrier()
        carrier.greenlet.switch()
        asker = asker.switch(carrier)


def carries() -> bool:
    """Does a greenlet of this installation switch, there and back?"""
    here = getcurrent()
    other = greenlet(lambda: here.switch("there") + " and back")
    return [other.switch(), other.switch("again")] == ["there", "again and back"]
