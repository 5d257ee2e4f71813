"""Data races: each kind of variable, found with both places; and each way to hand over, which is none."""

from __future__ import annotations

import ctypes
from collections import deque
from ctypes import byref
from typing import TYPE_CHECKING, Any

import pytest

import alertable
from alertable.winapi import INFINITE, LPTHREAD_START_ROUTINE, PAPCFUNC

if TYPE_CHECKING:
    from collections.abc import Callable

    Body = Callable[[Any, dict[str, Any]], object]


class Record:
    """What two threads share."""

    shared = 0

    def __init__(self) -> None:
        self.n = 0


class Point(ctypes.Structure):
    _fields_ = [("x", ctypes.c_int), ("y", ctypes.c_int), ("text", ctypes.c_char * 8)]


TOTAL = 0


def thread(w: Any, body: Callable[[], object], flags: int = 0) -> int:
    """CreateThread, with the routine kept."""

    @w.CALLBACK(*LPTHREAD_START_ROUTINE)  # type: ignore[untyped-decorator]  # made at run time
    def routine(_: object) -> int:
        body()
        return 0

    KEPT.append(routine)
    handle = w.CreateThread(None, 0, routine, None, flags, None)
    assert handle
    return int(handle)


KEPT: list[Any] = []


def two(access: Callable[[Any], object], other: Callable[[Any], object], make: Callable[[], Any]) -> Callable[[Any], None]:
    """A program whose main thread and another do these to one thing, in no order."""

    def program(w: Any) -> None:
        thing = make()
        handle = thread(w, lambda: other(thing))
        access(thing)
        w.WaitForSingleObject(handle, INFINITE)

    return program


def check(program: Callable[[Any], object], **options: Any) -> alertable.Report:
    report: alertable.Report = alertable.check(program, memory="precise", **options)
    return report


def set_item(x: Any) -> None:
    x[0] = 1


def add_item(x: Any) -> None:
    x[0] += 1


def get_item(x: Any) -> object:
    return x[0]


def set_n(x: Any) -> None:
    x.n = 5


def add_n(x: Any) -> None:
    x.n += 1


def set_x(x: Any) -> None:
    x.x = 5


def get_y(x: Any) -> object:
    return x.y


def set_text(x: Any) -> None:
    x.text = b"now"


def whole(x: Any) -> object:
    return bytes(x)


def set_value(x: Any) -> None:
    x.value = b"now"


def append(x: Any) -> None:
    x.append(1)


def put(x: Any) -> None:
    x["other"] = 2


def set_class(x: Any) -> None:
    type(x).shared = 1


def get_class(x: Any) -> object:
    return x.shared


def add_total(_: Any) -> None:
    global TOTAL
    TOTAL += 1


RACES: dict[str, tuple[Any, Any, Any]] = {
    "list item": (set_item, get_item, lambda: [0]),
    "augmented item": (add_item, add_item, lambda: [0]),
    "dict item": (set_item, get_item, lambda: {0: 0}),
    "attribute": (set_n, add_n, Record),
    "class attribute": (set_class, get_class, Record),
    "field": (set_x, set_x, Point),
    "field in the whole": (set_text, whole, Point),
    "ctypes array": (set_item, get_item, ctypes.c_int * 4),
    "buffer": (set_value, whole, lambda: ctypes.create_string_buffer(8)),
    "bytearray": (set_item, whole, lambda: bytearray(4)),
    "global": (add_total, add_total, lambda: None),
    "iteration": (set_item, sum, lambda: [1, 2]),
}


@pytest.mark.parametrize("kind", [kind for kind in RACES if kind != "field in the whole"])
def test_two_threads_at_one_variable_are_a_race(kind: str) -> None:
    access, other, make = RACES[kind]
    (violation,) = check(two(access, other, make)).violations
    assert violation.id == "data-race"
    assert violation.message.count("test_races.py:") >= 2 or kind == "iteration"
    assert len(violation.where) == 2
    again = alertable.replay(two(access, other, make), schedule=violation.schedule).violation
    assert again is not None
    assert again.message == violation.message


APART: dict[str, tuple[Any, Any, Any]] = {
    "other items": (set_item, lambda x: x[1], lambda: [0, 0]),
    "other keys": (put, get_item, lambda: {0: 1, "other": 0}),
    "new keys": (put, set_item, dict),
    "other fields": (set_x, get_y, Point),
    "other elements": (set_item, lambda x: x[1], ctypes.c_int * 2),
    "reads": (get_item, get_item, lambda: [0]),
    "appends": (append, append, list),
    "a queue": (append, lambda x: x.popleft() if x else None, deque),
}


@pytest.mark.parametrize("kind", APART)
def test_accesses_that_do_not_meet_are_none(kind: str) -> None:
    report = check(two(*APART[kind]))
    assert report.ok, report.violations
    assert report.verdict == "COMPLETE"


# ---- handed over ---------------------------------------------------------------------------------------------------------------


def handed_over(hand: Callable[[Any, Callable[[], None], Callable[[], None]], None]) -> Callable[[Any], int]:
    """The first function writes, the second reads, and `hand` puts the one before the other."""

    def program(w: Any) -> int:
        record, seen = Record(), []

        def write() -> None:
            record.n = 1

        def read() -> None:
            seen.append(record.n)

        hand(w, write, read)
        return int(seen[0])

    return program


def by_event(w: Any, write: Callable[[], None], read: Callable[[], None]) -> None:
    event = w.CreateEventW(None, 0, 0, None)

    def worker() -> None:
        w.WaitForSingleObject(event, INFINITE)
        read()

    handle = thread(w, worker)
    write()
    w.SetEvent(event)
    w.WaitForSingleObject(handle, INFINITE)


def by_start(w: Any, write: Callable[[], None], read: Callable[[], None]) -> None:
    write()
    w.WaitForSingleObject(thread(w, read), INFINITE)


def by_resume(w: Any, write: Callable[[], None], read: Callable[[], None]) -> None:
    handle = thread(w, read, 4)
    write()
    w.ResumeThread(handle)
    w.WaitForSingleObject(handle, INFINITE)


def by_end(w: Any, write: Callable[[], None], read: Callable[[], None]) -> None:
    w.WaitForSingleObject(thread(w, write), INFINITE)
    read()


def by_exit_code(w: Any, write: Callable[[], None], read: Callable[[], None]) -> None:
    handle, code = thread(w, write), ctypes.c_uint32(259)
    while code.value == 259:
        w.Sleep(1)
        w.GetExitCodeThread(handle, byref(code))
    read()


def by_packet(w: Any, write: Callable[[], None], read: Callable[[], None]) -> None:
    port = w.CreateIoCompletionPort(2**64 - 1, None, 0, 0)
    count, key, overlapped = ctypes.c_uint32(), ctypes.c_size_t(), ctypes.c_void_p()

    def worker() -> None:
        assert w.GetQueuedCompletionStatus(port, byref(count), byref(key), byref(overlapped), INFINITE)
        read()

    handle = thread(w, worker)
    write()
    w.PostQueuedCompletionStatus(port, 0, 1, None)
    w.WaitForSingleObject(handle, INFINITE)


def by_apc(w: Any, write: Callable[[], None], read: Callable[[], None]) -> None:
    @w.CALLBACK(*PAPCFUNC)  # type: ignore[untyped-decorator]  # made at run time
    def routine(_: object) -> None:
        read()

    handle = thread(w, lambda: w.SleepEx(1000, 1))
    write()
    w.QueueUserAPC(routine, handle, 0)
    w.WaitForSingleObject(handle, INFINITE)


def by_message(w: Any, write: Callable[[], None], read: Callable[[], None]) -> None:
    ready, tid, message = w.CreateEventW(None, 0, 0, None), [0], ctypes.create_string_buffer(48)

    def worker() -> None:
        w.PeekMessageW(message, None, 0, 0, 0)
        tid[0] = w.GetCurrentThreadId()
        w.SetEvent(ready)
        w.GetMessageW(message, None, 0, 0)
        read()

    handle = thread(w, worker)
    w.WaitForSingleObject(ready, INFINITE)
    write()
    w.PostThreadMessageW(tid[0], 0x400, 0, 0)
    w.WaitForSingleObject(handle, INFINITE)


def by_interlocked(w: Any, write: Callable[[], None], read: Callable[[], None]) -> None:
    flag = w.Interlocked(0)

    def worker() -> None:
        while not flag.load():
            w.Sleep(1)
        read()

    handle = thread(w, worker)
    write()
    flag.store(1)
    w.WaitForSingleObject(handle, INFINITE)


def by_mutex(w: Any, write: Callable[[], None], read: Callable[[], None]) -> None:
    mutex = w.CreateMutexW(None, 0, None)

    def locked(action: Callable[[], object]) -> None:
        w.WaitForSingleObject(mutex, INFINITE)
        action()
        w.ReleaseMutex(mutex)

    handle = thread(w, lambda: locked(write))
    locked(lambda: None)
    w.WaitForSingleObject(handle, INFINITE)
    locked(read)


def by_critical_section(w: Any, write: Callable[[], None], read: Callable[[], None]) -> None:
    section = ctypes.create_string_buffer(40)
    w.InitializeCriticalSection(section)

    def locked(action: Callable[[], object]) -> None:
        w.EnterCriticalSection(section)
        action()
        w.LeaveCriticalSection(section)

    done: list[int] = []

    def worker() -> None:
        write()
        done.append(1)

    handle = thread(w, lambda: locked(worker))
    while not done:
        w.Sleep(1)
    locked(read)
    w.WaitForSingleObject(handle, INFINITE)


HANDS = [by_event, by_start, by_resume, by_end, by_exit_code, by_packet, by_apc, by_message, by_interlocked, by_mutex,
         by_critical_section]  # fmt: skip


@pytest.mark.parametrize("hand", HANDS, ids=lambda f: f.__name__)
def test_what_is_handed_over_is_no_race(hand: Callable[..., None]) -> None:
    report = check(handed_over(hand), max_executions=300)
    assert report.ok, report.violations
    assert set(report.outcomes) == {1}


# ---- outcomes behind races ---------------------------------------------------------------------------------------------------


def counted(w: Any) -> int:
    x = [0]

    def body() -> None:
        old = x[0]
        x[0] = old + 1

    for handle in [thread(w, body), thread(w, body)]:
        w.WaitForSingleObject(handle, INFINITE)
    return x[0]


def test_a_lost_update_is_an_outcome_once_the_law_is_off() -> None:
    report = check(counted, specs=())
    assert report.verdict == "COMPLETE"
    assert set(report.outcomes) == {1, 2}
    for outcome, schedule in report.outcomes.items():
        assert alertable.replay(counted, schedule=schedule).outcome == outcome


def test_the_search_goes_on_behind_a_race_if_it_is_told_to() -> None:
    report = check(counted, keep_going=True)
    assert [violation.id for violation in report.violations] == ["data-race"]
    assert set(report.outcomes) == {1, 2}


def test_the_order_of_atomic_methods_is_explored() -> None:
    def program(w: Any) -> str:
        log: list[str] = []

        def body(name: str) -> None:
            w.Sleep(0)
            log.append(name)

        for handle in [thread(w, lambda name=name: body(name)) for name in "ab"]:  # type: ignore[misc]  # a default
            w.WaitForSingleObject(handle, INFINITE)
        return "".join(log)

    assert set(check(program).outcomes) == {"ab", "ba"}


def test_what_is_in_order_costs_one_execution() -> None:
    def program(w: Any) -> list[int]:
        results = [0, 0, 0]

        def body(n: int) -> None:
            for _ in range(3):
                w.GetCurrentProcessId()
                w.Sleep(0)
                results[n] += 1

        handles = [thread(w, lambda n=n: body(n)) for n in range(3)]  # type: ignore[misc]  # a default
        for handle in handles:
            w.WaitForSingleObject(handle, INFINITE)
        return results

    report = check(program)
    assert report.verdict == "COMPLETE"
    assert report.executions == 1
