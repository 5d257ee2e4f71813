"""What orders two steps and what does not: small programs, and how many executions tell all about them."""

from __future__ import annotations

from ctypes import byref, create_string_buffer
from typing import TYPE_CHECKING, Any

import pytest

import alertable
from alertable.sim.explore.coordinating.search import Tally
from alertable.specs.litmus.sockets import pair
from alertable.winapi import CRITICAL_SECTION, INFINITE, SRWLOCK
from tests.explore.rows import in_threads

if TYPE_CHECKING:
    from collections.abc import Callable

    from alertable.winapi import WinApi


def two_readers(w: WinApi) -> None:
    lock = SRWLOCK()

    def body() -> None:
        w.AcquireSRWLockShared(byref(lock))
        w.ReleaseSRWLockShared(byref(lock))

    in_threads(w, body, body)


def a_reader_and_a_writer(w: WinApi) -> None:
    lock = SRWLOCK()

    def read() -> None:
        w.AcquireSRWLockShared(byref(lock))
        w.ReleaseSRWLockShared(byref(lock))

    def write() -> None:
        w.AcquireSRWLockExclusive(byref(lock))
        w.ReleaseSRWLockExclusive(byref(lock))

    in_threads(w, read, write)


def a_time_out_and_a_step(w: WinApi) -> None:
    """Time passes when nothing else can happen: the sleeper is always the last."""
    cell = w.Interlocked(0)

    def sleeper() -> None:
        w.Sleep(10)
        cell.store(1)

    in_threads(w, sleeper, lambda: cell.store(2))


def a_signal_and_what_follows(w: WinApi) -> None:
    """What was stored before the signal is there when the wait is over."""
    cell, event = w.Interlocked(0), w.CreateEventW(None, True, False, None)

    def waiter() -> None:
        w.WaitForSingleObject(event, INFINITE)
        assert cell.load() == 1

    def signaller() -> None:
        cell.store(1)
        w.SetEvent(event)

    in_threads(w, waiter, signaller)


def a_segment_and_its_sender(w: WinApi) -> None:
    c, s = pair(w)
    w.send(c, b"1", 1, 0)
    w.recv(s, create_string_buffer(1), 1, 0)


EXACT = [
    (two_readers, 1), (a_reader_and_a_writer, 2), (a_time_out_and_a_step, 1), (a_signal_and_what_follows, 2),
    (a_segment_and_its_sender, 2),
]  # fmt: skip


@pytest.mark.parametrize(("program", "traces"), EXACT, ids=lambda value: getattr(value, "__name__", str(value)))
def test_what_is_ordered_is_explored_in_that_order_only(program: Callable[[WinApi], None], traces: int) -> None:
    report = alertable.check(program, memory="locks", strategy="dpor", max_executions=traces + 1)
    assert (report.verdict, report.executions) == ("COMPLETE", traces), report.violations
    assert (report.statistics["redundant"], report.statistics["lost"]) == (0, 0)


def test_a_lock_that_is_never_given_back_is_wanted_in_both_orders() -> None:
    """Where the owner comes first the other never gets it: a step that was not made is reversed as well."""

    def program(w: WinApi) -> None:
        lock = CRITICAL_SECTION()
        w.InitializeCriticalSection(byref(lock))

        def keeps() -> None:
            w.EnterCriticalSection(byref(lock))

        def leaves() -> None:
            w.EnterCriticalSection(byref(lock))
            w.LeaveCriticalSection(byref(lock))

        in_threads(w, keeps, leaves)

    report = alertable.check(program, memory="locks", strategy="dpor", keep_going=True, max_executions=20)
    assert [violation.id for violation in report.violations] == ["deadlock"]
    assert list(report.outcomes) == [None]


def test_random_schedules_differ() -> None:
    def program(w: WinApi) -> Any:
        cell = w.Interlocked(0)
        order: list[int] = []

        def body(n: int) -> Callable[[], None]:
            return lambda: order.append(n + 0 * cell.fetch_add(1))

        in_threads(w, *[body(n) for n in range(3)])
        return tuple(order)

    assert len(alertable.check(program, memory="locks", strategy="random", max_executions=60).outcomes) == 6


def test_the_schedule_that_was_found_first_stands_for_an_outcome() -> None:
    tally = Tally()
    for schedule in ("v1: first", "v1: second"):
        later = Tally()
        later.outcomes[1] = schedule
        tally.join(later)
    assert tally.outcomes == {1: "v1: first"}
