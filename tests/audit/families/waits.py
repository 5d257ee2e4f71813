"""Cells, events, dispatcher objects of the other kinds, ports, signal-and-wait, named objects, time."""

from __future__ import annotations

from ctypes import byref, c_int64, c_size_t, c_uint32, c_void_p
from typing import TYPE_CHECKING, Any

from alertable.winapi import INVALID_HANDLE_VALUE, OVERLAPPED_ENTRY, PTIMERAPCROUTINE
from tests.audit.shared import SHORT

if TYPE_CHECKING:
    from tests.audit.shared import Shared

SYNCHRONIZE_AND_MODIFY = 0x00100002


def _events(s: Shared) -> None:
    s.auto, s.manual = s.w.CreateEventW(None, 0, 0, None), s.w.CreateEventW(None, 1, 0, None)


def _objects(s: Shared) -> None:
    w = s.w
    s.semaphore, s.mutex = w.CreateSemaphoreW(None, 0, 2, None), w.CreateMutexW(None, 0, None)
    s.timer = w.CreateWaitableTimerW(None, 0, None)
    s.port = w.CreateIoCompletionPort(INVALID_HANDLE_VALUE, None, 0, 1)


def _timers(s: Shared) -> None:
    w = s.w
    s.timers = [w.CreateWaitableTimerW(None, manual, None) for manual in (0, 1)]
    s.expired = w.CALLBACK(*PTIMERAPCROUTINE)(lambda _argument, _low, _high: s.note("timer"))


def _ports(s: Shared) -> None:
    s.gate = s.w.CreateIoCompletionPort(INVALID_HANDLE_VALUE, None, 0, 1)


def _dequeue(s: Shared, port: int, patience: int) -> object:
    count, key, overlapped = c_uint32(), c_size_t(), c_void_p()
    return s.w.GetQueuedCompletionStatus(port, byref(count), byref(key), byref(overlapped), patience), key.value


def _dequeue_many(s: Shared, alertable: int) -> object:
    entries, count = s.keep((OVERLAPPED_ENTRY * 3)()), c_uint32()
    done = s.w.GetQueuedCompletionStatusEx(s.gate, entries, 3, byref(count), SHORT, alertable)
    return done, count.value if done else s.w.GetLastError(), tuple(entries[i].lpCompletionKey for i in range(count.value))


def _both(s: Shared, wait_all: int, *handles: int, alertable: int = 0) -> object:
    return s.w.WaitForMultipleObjectsEx(len(handles), (c_void_p * len(handles))(*handles), wait_all, SHORT, alertable)


def _any_of_two(s: Shared, wait_all: int) -> object:
    return s.w.WaitForMultipleObjects(2, (c_void_p * 2)(s.auto, s.manual), wait_all, SHORT)


def _set_timer(s: Shared, timer: int, due: int, period: int = 0, routine: Any = None) -> object:
    return s.w.SetWaitableTimer(timer, byref(c_int64(due)), period, routine, None, 0)


def _named(s: Shared, make: str, *arguments: object) -> object:
    """Create or open by name; what is made is the thread's own to use and close."""
    handle = getattr(s.w, make)(*arguments)
    error = s.w.GetLastError()
    s.mine("opened").append(handle)
    return handle is not None, error


def _mine(s: Shared) -> int | None:
    """The handle that this thread opened last."""
    opened: list[int | None] = s.mine("opened") or [0]
    return opened[-1]


def _close_mine(s: Shared) -> object:
    mine = s.mine("opened")
    return s.said(s.w.CloseHandle(mine.pop())) if mine else "none"


NEEDS = {
    "events": _events, "objects": _objects, "signals": _objects, "timers": _timers, "ports": _ports,
}  # fmt: skip
FAMILIES = {
    "cells": {
        "load": lambda s: s.cell.load(),
        "add": lambda s: s.cell.fetch_add(1),
        "compare": lambda s: s.cell.compare_exchange(0, 5),
    },
    "more cells": {
        "store": lambda s: s.cell.store(7),
        "exchange": lambda s: s.cell.exchange(3),
        "load": lambda s: s.cell.load(),
    },
    "events": {
        "set": lambda s: s.w.SetEvent(s.auto),
        "reset": lambda s: s.w.ResetEvent(s.auto),
        "wait": lambda s: s.w.WaitForSingleObject(s.auto, SHORT),
        "set manual": lambda s: s.w.SetEvent(s.manual),
        "wait manual": lambda s: s.w.WaitForSingleObject(s.manual, SHORT),
        "pulse manual": lambda s: s.w.PulseEvent(s.manual),
        "any": lambda s: _any_of_two(s, 0),
        "all": lambda s: _any_of_two(s, 1),
        "pulse": lambda s: s.w.PulseEvent(s.auto),
        "poll": lambda s: s.w.WaitForSingleObject(s.auto, 0),
        "reset manual": lambda s: s.w.ResetEvent(s.manual),
        "any, alertable": lambda s: _both(s, 0, s.manual, s.auto, alertable=1),
        "the same twice": lambda s: _both(s, 0, s.auto, s.auto),
    },
    "objects": {
        "release": lambda s: s.w.ReleaseSemaphore(s.semaphore, 1, None),
        "acquire": lambda s: s.w.WaitForSingleObject(s.semaphore, SHORT),
        "own": lambda s: s.w.WaitForSingleObject(s.mutex, SHORT),
        "disown": lambda s: s.w.ReleaseMutex(s.mutex),
        "set timer": lambda s: _set_timer(s, s.timer, -30_000),
        "wait timer": lambda s: s.w.WaitForSingleObject(s.timer, SHORT),
        "post": lambda s: s.w.PostQueuedCompletionStatus(s.port, 1, 7, None),
        "dequeue": lambda s: _dequeue(s, s.port, SHORT),
        "release two": lambda s: s.said(s.w.ReleaseSemaphore(s.semaphore, 2, None)),
        "own at once": lambda s: s.w.WaitForSingleObject(s.mutex, 0),
        "own and acquire": lambda s: _both(s, 1, s.mutex, s.semaphore),
        "own or acquire": lambda s: _both(s, 0, s.semaphore, s.mutex),
    },
    "signals": {
        "release, then own": lambda s: s.said(s.w.SignalObjectAndWait(s.semaphore, s.mutex, SHORT, 0)),
        "disown, then acquire": lambda s: s.said(s.w.SignalObjectAndWait(s.mutex, s.semaphore, SHORT, 1)),
        "own": lambda s: s.w.WaitForSingleObject(s.mutex, SHORT),
        "disown": lambda s: s.said(s.w.ReleaseMutex(s.mutex)),
        "acquire": lambda s: s.w.WaitForSingleObject(s.semaphore, SHORT),
    },
    "timers": {
        "set": lambda s: _set_timer(s, s.timers[0], -30_000),
        "set manual": lambda s: _set_timer(s, s.timers[1], -50_000),
        "set at once": lambda s: _set_timer(s, s.timers[0], 0),
        "set with a routine": lambda s: _set_timer(s, s.timers[1], -30_000, 0, s.expired),
        "set for 1601": lambda s: _set_timer(s, s.timers[0], 1),
        "cancel": lambda s: s.w.CancelWaitableTimer(s.timers[0]),
        "cancel manual": lambda s: s.w.CancelWaitableTimer(s.timers[1]),
        "wait": lambda s: s.w.WaitForSingleObject(s.timers[0], SHORT),
        "wait manual": lambda s: s.w.WaitForSingleObjectEx(s.timers[1], SHORT, 1),
        "both": lambda s: _both(s, 1, *s.timers),
    },
    "ports": {
        "post": lambda s: s.w.PostQueuedCompletionStatus(s.gate, 1, 7, None),
        "post another": lambda s: s.said(s.w.PostQueuedCompletionStatus(s.gate, 2, 8, None)),
        "dequeue": lambda s: _dequeue(s, s.gate, SHORT),
        "dequeue at once": lambda s: _dequeue(s, s.gate, 0),
        "dequeue many": lambda s: _dequeue_many(s, 0),
        "dequeue many, alertable": lambda s: _dequeue_many(s, 1),
        "wait": lambda s: s.w.WaitForSingleObject(s.gate, SHORT),
        "close": lambda s: s.said(s.w.CloseHandle(s.gate)),
        "sleep": lambda s: s.w.SleepEx(1, 1),
    },
    "named": {
        "create event": lambda s: _named(s, "CreateEventW", None, 0, 1, "name"),
        "create mutex": lambda s: _named(s, "CreateMutexW", None, 1, "name"),
        "create semaphore": lambda s: _named(s, "CreateSemaphoreW", None, 1, 2, "other"),
        "open event": lambda s: _named(s, "OpenEventW", SYNCHRONIZE_AND_MODIFY, 0, "name"),
        "open none": lambda s: _named(s, "OpenEventW", SYNCHRONIZE_AND_MODIFY, 0, "other"),
        "close": _close_mine,
        "set": lambda s: s.said(s.w.SetEvent(_mine(s))),
        "release mutex": lambda s: s.said(s.w.ReleaseMutex(_mine(s))),
        "release semaphore": lambda s: s.said(s.w.ReleaseSemaphore(_mine(s), 1, None)),
        "wait": lambda s: s.said(s.w.WaitForSingleObject(_mine(s), SHORT)),
    },
    "time": {
        "tick": lambda s: s.w.GetTickCount64(),
        "sleep": lambda s: s.w.Sleep(SHORT),
        "sleep 1": lambda s: s.w.Sleep(1),
        "sleep 0": lambda s: s.w.Sleep(0),
        "add": lambda s: s.cell.fetch_add(1),
        "switch": lambda s: s.w.SwitchToThread(),
    },
}  # fmt: skip
