"""Random small programs: the reduction and brute force agree on outcomes, and on the number of distinct traces."""

from __future__ import annotations

from ctypes import byref, c_int64, c_size_t, c_uint32, c_void_p, create_string_buffer
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

import alertable
from sim.explore.dpor import Dpor
from specs.litmus.sockets import nonblocking, pair
from winapi import INFINITE, INVALID_HANDLE_VALUE, LPTHREAD_START_ROUTINE, PAPCFUNC, fd_set, timeval

if TYPE_CHECKING:
    from collections.abc import Callable

    from winapi import WinApi

    Operation = Callable[["Shared"], object]

SHORT = 5  # milliseconds, for waits that may time out
BRUTE_FORCE_MAX = 2_500
LONG_BRUTE_FORCE_MAX = 40_000  # the ends of threads make more of them, but no more traces
WIDE_MAX = 600  # executions


class Shared:
    """What the threads of one random program share."""

    def __init__(self, w: WinApi, families: set[str]) -> None:
        self.w = w
        self.threads: list[int | None] = []
        self.log: list[list[Any]] = []
        self.cell = w.Interlocked(0)
        self.apc = w.CALLBACK(*PAPCFUNC)(lambda _: self.log[0].append("apc"))
        if "events" in families:
            self.auto, self.manual = w.CreateEventW(None, 0, 0, None), w.CreateEventW(None, 1, 0, None)
        if "objects" in families:
            self.semaphore, self.mutex = w.CreateSemaphoreW(None, 0, 2, None), w.CreateMutexW(None, 0, None)
            self.timer = w.CreateWaitableTimerW(None, 0, None)
            self.port = w.CreateIoCompletionPort(INVALID_HANDLE_VALUE, None, 0, 1)
        if "locks" in families:
            self.lock = c_void_p()
            w.InitializeSRWLock(byref(self.lock))
        if families & {"sockets", "select"}:
            self.near, self.far = pair(w)
            nonblocking(w, self.far)

    def dequeue(self) -> object:
        count, key, overlapped = c_uint32(), c_size_t(), c_void_p()
        return self.w.GetQueuedCompletionStatus(self.port, byref(count), byref(key), byref(overlapped), SHORT), key.value

    def guarded(self) -> object:
        self.w.AcquireSRWLockExclusive(byref(self.lock))
        seen = self.cell.fetch_add(10)
        self.w.ReleaseSRWLockExclusive(byref(self.lock))
        return seen

    def tried(self) -> object:
        got = self.w.TryAcquireSRWLockExclusive(byref(self.lock))
        if got:
            self.w.ReleaseSRWLockExclusive(byref(self.lock))
        return got

    def readable(self) -> int:
        chosen, patience = fd_set(fd_count=1), timeval(tv_usec=1_000 * SHORT)
        chosen.fd_array[0] = self.far
        return self.w.select(0, byref(chosen), None, None, byref(patience))

    def both(self, wait_all: int) -> object:
        handles = (c_void_p * 2)(self.auto, self.manual)
        return self.w.WaitForMultipleObjects(2, handles, wait_all, SHORT)


FAMILIES: dict[str, dict[str, Operation]] = {
    "cells": {
        "load": lambda s: s.cell.load(),
        "add": lambda s: s.cell.fetch_add(1),
        "compare": lambda s: s.cell.compare_exchange(0, 5),
    },
    "events": {
        "set": lambda s: s.w.SetEvent(s.auto),
        "reset": lambda s: s.w.ResetEvent(s.auto),
        "wait": lambda s: s.w.WaitForSingleObject(s.auto, SHORT),
        "set manual": lambda s: s.w.SetEvent(s.manual),
        "wait manual": lambda s: s.w.WaitForSingleObject(s.manual, SHORT),
        "pulse manual": lambda s: s.w.PulseEvent(s.manual),
        "any": lambda s: s.both(0),
        "all": lambda s: s.both(1),
    },
    "objects": {
        "release": lambda s: s.w.ReleaseSemaphore(s.semaphore, 1, None),
        "acquire": lambda s: s.w.WaitForSingleObject(s.semaphore, SHORT),
        "own": lambda s: s.w.WaitForSingleObject(s.mutex, SHORT),
        "disown": lambda s: s.w.ReleaseMutex(s.mutex),
        "set timer": lambda s: s.w.SetWaitableTimer(s.timer, byref(c_int64(-30_000)), 0, None, None, 0),
        "wait timer": lambda s: s.w.WaitForSingleObject(s.timer, SHORT),
        "post": lambda s: s.w.PostQueuedCompletionStatus(s.port, 1, 7, None),
        "dequeue": lambda s: s.dequeue(),
    },
    "locks": {"guarded": lambda s: s.guarded(), "tried": lambda s: s.tried()},
    "apcs": {
        "queue": lambda s: s.w.QueueUserAPC(s.apc, s.threads[0], 1),
        "sleep": lambda s: s.w.SleepEx(SHORT, 1),
        "peek": lambda s: s.w.SleepEx(0, 1),
    },
    "sockets": {
        "send": lambda s: s.w.send(s.near, b"ab", 2, 0),
        "receive": lambda s: s.w.recv(s.far, create_string_buffer(2), 2, 0),
        "shutdown": lambda s: s.w.shutdown(s.near, 1),
        "close": lambda s: s.w.closesocket(s.near),
    },
    "select": {
        "select": lambda s: s.readable(),
        "send": lambda s: s.w.send(s.near, b"ab", 2, 0),
        "receive": lambda s: s.w.recv(s.far, create_string_buffer(2), 2, 0),
    },
    "threads": {"wait for the first": lambda s: s.w.WaitForSingleObject(s.threads[0], SHORT)},
}


def program_of(scripts: list[list[tuple[str, str]]]) -> Callable[[WinApi], object]:
    """Threads that follow these scripts; its outcome is what each call answered."""

    def program(w: WinApi) -> object:
        shared = Shared(w, {family for script in scripts for family, _ in script})
        shared.log = [[] for _ in scripts]

        @w.CALLBACK(*LPTHREAD_START_ROUTINE)
        def body(number: int | None) -> int:
            for family, name in scripts[number or 0]:
                shared.log[number or 0].append(FAMILIES[family][name](shared))
            return 0

        shared.threads = [w.CreateThread(None, 0, body, number, 4, None) for number in range(len(scripts))]
        for thread in shared.threads:
            w.ResumeThread(thread)
        for thread in shared.threads:
            w.WaitForSingleObject(thread, INFINITE)
        return tuple(map(tuple, shared.log))

    return program


@st.composite
def scripts(draw: st.DrawFn) -> list[list[tuple[str, str]]]:
    """Two or three threads, at most six calls, of one or two families."""
    names = draw(st.lists(st.sampled_from(sorted(FAMILIES)), min_size=1, max_size=2, unique=True))
    operation = st.sampled_from([(family, name) for family in names for name in FAMILIES[family]])
    lengths = draw(st.sampled_from([(1, 1), (1, 2), (2, 2), (1, 3), (3, 2), (1, 1, 1), (2, 1, 1)]))
    return [draw(st.lists(operation, min_size=length, max_size=length)) for length in lengths]


@st.composite
def wide_scripts(draw: st.DrawFn) -> list[list[tuple[str, str]]]:
    """Up to four threads with up to three calls each, too many for brute force."""
    names = draw(st.lists(st.sampled_from(sorted(FAMILIES)), min_size=1, max_size=2, unique=True))
    operation = st.sampled_from([(family, name) for family in names for name in FAMILIES[family]])
    return draw(st.lists(st.lists(operation, min_size=1, max_size=3), min_size=2, max_size=4))


def agree(given_scripts: list[list[tuple[str, str]]]) -> bool:
    """Compare; False where brute force takes too long."""
    program = program_of(given_scripts)
    brute = alertable.check(program, memory="locks", strategy="dfs", max_executions=BRUTE_FORCE_MAX, keep_going=True)
    if brute.verdict == "INCONCLUSIVE":
        return False
    reduced = alertable.check(program, memory="locks", strategy="dpor", keep_going=True)
    assert {v.id for v in reduced.violations} == {v.id for v in brute.violations}
    assert reduced.outcomes.keys() == brute.outcomes.keys()
    if reduced.verdict == "COMPLETE":
        assert reduced.executions == brute.statistics["traces"]
        assert reduced.statistics["redundant"] == 0
    return True


@settings(max_examples=50, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
          suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(scripts())
def test_the_reduction_and_brute_force_agree(given_scripts: list[list[tuple[str, str]]]) -> None:
    assume(agree(given_scripts))


@pytest.mark.long
@settings(max_examples=150, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
          suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(scripts())
def test_they_agree_on_many(given_scripts: list[list[tuple[str, str]]]) -> None:
    assume(agree(given_scripts))


ONCE_DIFFERENT = {
    # A pulse that does not end a wait for all has looked at the other objects.
    "pulse and wait for all": ([[("events", "set")], [("events", "all")], [("events", "pulse manual")]], 5),
    # An acquire that comes before another one is no longer behind what the holder did meanwhile.
    "load before the lock": ([[("cells", "load"), ("locks", "guarded")], [("cells", "load")], [("locks", "guarded")]], 9),
    "add behind the lock": ([[("locks", "guarded"), ("cells", "add")], [("cells", "add")], [("locks", "guarded")]], 12),
    # A step does something else when it is reversed: here a failed try is the end of its thread, which others look at.
    "failed try": ([[("apcs", "sleep"), ("locks", "tried")], [("locks", "tried")], [("apcs", "queue"), ("apcs", "queue")]], 42),
    # Reversed, the dequeue gets nothing, and does not end its thread, which has the mutex.
    "dequeue in vain": (
        [[("objects", "disown"), ("objects", "dequeue"), ("objects", "release")], [("objects", "disown"), ("objects", "post")],
         [("objects", "own"), ("objects", "dequeue")]], 44,
    ),
    # Reversed, the pulse wakes nobody, and what was planned with it is covered after all.
    "pulse in vain": (
        [[("events", "wait manual"), ("apcs", "queue"), ("events", "pulse manual")], [("events", "pulse manual")],
         [("apcs", "queue")]], 7,
    ),
    "set in vain": (
        [[("events", "any"), ("apcs", "queue")], [("apcs", "queue")],
         [("events", "set"), ("cells", "compare"), ("events", "wait")]], 11,
    ),
    # A time-out races with the end of the thread that is waited for.
    "two wait for one of them": ([[("threads", "wait for the first")], [("threads", "wait for the first")]], 2),
    # A select that was woken looks at its sockets once more.
    "select looks again": ([[("select", "send"), ("select", "receive"), ("select", "receive")], [("select", "select")]], 16),
}  # fmt: skip
ORDERS: dict[str, Callable[[list[Any]], list[Any]]] = {
    "as usual": lambda options: options,
    "reversed": lambda options: options[::-1],
    "last first": lambda options: [*options[-1:], *options[:-1]],
}


@pytest.fixture
def in_order(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Explore from now on with the choices of a node in this order."""
    usual = Dpor._enabled

    def arrange(order: str) -> None:
        monkeypatch.setattr(Dpor, "_enabled", lambda self, machine: ORDERS[order](usual(self, machine)))

    return arrange


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("name", ONCE_DIFFERENT)
def test_as_many_executions_as_traces_where_it_once_was_not_so(name: str, order: str, in_order: Callable[[str], None]) -> None:
    given_scripts, traces = ONCE_DIFFERENT[name]
    in_order(order)
    report = alertable.check(program_of(given_scripts), specs=(), memory="locks", strategy="dpor")
    assert (report.verdict, report.executions) == ("COMPLETE", traces)


@settings(max_examples=60, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
          suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(wide_scripts())
def test_the_order_of_the_search_does_not_matter(
    in_order: Callable[[str], None], given_scripts: list[list[tuple[str, str]]]
) -> None:
    found = []
    for order in ORDERS:
        in_order(order)
        options: dict[str, Any] = {"memory": "locks", "strategy": "dpor", "keep_going": True, "max_executions": WIDE_MAX}
        report = alertable.check(program_of(given_scripts), specs=(), **options)
        assume(report.verdict == "COMPLETE")
        found.append((report.executions, report.outcomes.keys()))
    assert found[1:] == found[:-1]


@pytest.mark.long
@pytest.mark.parametrize("name", ONCE_DIFFERENT)
def test_brute_force_has_as_many_there(name: str) -> None:
    given_scripts, traces = ONCE_DIFFERENT[name]
    program = program_of(given_scripts)
    brute = alertable.check(program, specs=(), memory="locks", strategy="dfs", max_executions=LONG_BRUTE_FORCE_MAX)
    assert brute.statistics["traces"] == traces


def test_a_reset_and_a_send_that_it_drops_depend_on_each_other() -> None:
    program = program_of([[("sockets", "send"), ("sockets", "close")]])
    reduced, brute = (
        alertable.check(program, memory="locks", strategy=strategy, faults={"reset": 1}) for strategy in ("dpor", "dfs")
    )
    assert (reduced.verdict, brute.verdict) == ("COMPLETE", "COMPLETE")
    assert reduced.executions == brute.statistics["traces"]
