"""APCs of all kinds, threads that look at, stop and make each other, handles by value."""

from __future__ import annotations

from ctypes import byref, c_int64, c_uint32, c_void_p
from typing import TYPE_CHECKING

from alertable.winapi import INFINITE, LPTHREAD_START_ROUTINE, PPS_APC_ROUTINE
from tests.audit.shared import SHORT

if TYPE_CHECKING:
    from tests.audit.shared import Shared

SAME_ACCESS, CLOSE_SOURCE = 2, 1


def _apcs(s: Shared) -> None:
    s.native = s.w.CALLBACK(*PPS_APC_ROUTINE)(lambda _a, _b, _c: s.note("native apc"))
    s.setter = s.w.CreateEventW(None, 0, 0, None)


def _threads(s: Shared) -> None:
    w = s.w

    @w.CALLBACK(*LPTHREAD_START_ROUTINE)
    def child(_: int | None) -> int:
        s.cell.fetch_add(100)
        return 3

    s.child = child


def _handles(s: Shared) -> None:
    s.slot = s.w.CreateEventW(None, 1, 0, None)
    s.copy = s.w.Interlocked(s.slot)  # the latest handle, which any thread may use


def _start(s: Shared, *, join: bool) -> object:
    handle = s.w.CreateThread(None, 0, s.child, None, 0, None)
    s.mine("children").append(handle)
    return s.said(s.w.WaitForSingleObject(handle, INFINITE)) if join else handle is not None


def _code(s: Shared, number: int) -> object:
    code = c_uint32()
    return s.said(s.w.GetExitCodeThread(s.thread(number), byref(code))), code.value


def _all(s: Shared, alertable: int, patience: int) -> object:
    others = [thread for number, thread in enumerate(s.threads) if number != s.number]
    if not others:
        return "alone"
    return s.said(s.w.WaitForMultipleObjectsEx(len(others), (c_void_p * len(others))(*others), 1, patience, alertable))


def _duplicate(s: Shared, options: int) -> object:
    w, made = s.w, c_void_p()
    done = w.DuplicateHandle(w.GetCurrentProcess(), s.slot, w.GetCurrentProcess(), byref(made), 0, 0, options)
    if made.value:
        s.copy.store(made.value)
    return s.said(done), made.value


def _create(s: Shared) -> object:
    made = s.w.CreateEventW(None, 1, 1, None)
    s.copy.store(made)
    return made


def _open_first(s: Shared) -> object:
    handle = s.w.OpenThread(0x1FFFFF, 0, s.tids[0])
    return s.said(s.w.WaitForSingleObject(handle, SHORT)) if handle else s.w.GetLastError()


def _delay(s: Shared, alertable: int) -> object:
    return s.w.NtDelayExecution(alertable, byref(c_int64(-10_000 * SHORT)))


NEEDS = {"more apcs": _apcs, "suspend": _threads, "children": _threads, "handles": _handles}
FAMILIES = {
    "apcs": {
        "queue": lambda s: s.w.QueueUserAPC(s.apc, s.threads[0], 1),
        "sleep": lambda s: s.w.SleepEx(SHORT, 1),
        "peek": lambda s: s.w.SleepEx(0, 1),
    },
    "more apcs": {
        "queue": lambda s: s.said(s.w.QueueUserAPC(s.apc, s.thread(1), 1)),
        "queue special": lambda s: s.said(s.w.QueueUserAPC2(s.apc, s.thread(0), 1, 1)),
        "queue native": lambda s: s.w.NtQueueApcThread(s.thread(0), s.native, None, None, None),
        "queue nothing": lambda s: s.w.NtQueueApcThread(s.thread(0), None, None, None, None),
        "alert": lambda s: s.w.NtAlertThread(s.thread(0)),
        "test alert": lambda s: s.w.NtTestAlert(),
        "sleep": lambda s: s.w.SleepEx(SHORT, 1),
        "peek": lambda s: s.w.SleepEx(0, 1),
        "delay": lambda s: _delay(s, 1),
        "delay deaf": lambda s: _delay(s, 0),
        "wait": lambda s: s.w.WaitForSingleObjectEx(s.setter, SHORT, 1),
        "set": lambda s: s.w.SetEvent(s.setter),
    },
    "threads": {
        "wait for the first": lambda s: s.w.WaitForSingleObject(s.threads[0], SHORT),
        "poll the first": lambda s: s.w.WaitForSingleObject(s.threads[0], 0),
        "code of the first": lambda s: _code(s, 0),
        "code of the second": lambda s: _code(s, 1),
        "wait for the others": lambda s: _all(s, 0, SHORT),
        "wait for the others, alertable": lambda s: _all(s, 1, INFINITE),
        "queue": lambda s: s.said(s.w.QueueUserAPC(s.apc, s.thread(0), 1)),
        "open the first": _open_first,
    },
    "suspend": {
        "suspend": lambda s: s.said(s.w.SuspendThread(s.thread(0))),
        "resume": lambda s: s.said(s.w.ResumeThread(s.thread(0))),
        "suspend the second": lambda s: s.said(s.w.SuspendThread(s.thread(1))),
        "resume the second": lambda s: s.said(s.w.ResumeThread(s.thread(1))),
        "add": lambda s: s.cell.fetch_add(1),
        "load": lambda s: s.cell.load(),
        "sleep": lambda s: s.w.SleepEx(SHORT, 1),
    },
    "terminate": {
        "terminate the first": lambda s: s.said(s.w.TerminateThread(s.thread(0), 9)),
        "leave": lambda s: s.w.ExitThread(4),
        "add": lambda s: s.cell.fetch_add(1),
        "load": lambda s: s.cell.load(),
        "code of the first": lambda s: _code(s, 0),
        "sleep": lambda s: s.w.SleepEx(SHORT, 1),
    },
    "children": {
        "start": lambda s: _start(s, join=False),
        "start and join": lambda s: _start(s, join=True),
        "join": lambda s: s.said(s.w.WaitForSingleObject(s.mine("children")[-1], INFINITE)) if s.mine("children") else "none",
        "load": lambda s: s.cell.load(),
        "switch": lambda s: s.w.SwitchToThread() * 0,
    },
    "handles": {
        "close": lambda s: s.said(s.w.CloseHandle(s.slot)),
        "close the copy": lambda s: s.said(s.w.CloseHandle(s.copy.load())),
        "duplicate": lambda s: _duplicate(s, SAME_ACCESS),
        "move": lambda s: _duplicate(s, CLOSE_SOURCE | SAME_ACCESS),
        "create": _create,
        "set": lambda s: s.said(s.w.SetEvent(s.slot)),
        "set the copy": lambda s: s.said(s.w.SetEvent(s.copy.load())),
        "wait": lambda s: s.said(s.w.WaitForSingleObject(s.slot, SHORT)),
        "wait for all": lambda s: s.said(s.w.WaitForMultipleObjects(2, (c_void_p * 2)(s.slot, s.copy.load()), 0, SHORT)),
        "release": lambda s: s.said(s.w.ReleaseMutex(s.slot)),
    },
}
