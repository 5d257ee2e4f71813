"""F14: who cancels holds a lock and waits for the callback; the callback wants the lock."""

from ctypes import byref

from alertable.specs.litmus.sockets import INFINITE, thread
from alertable.specs.zoo.case import Case
from alertable.winapi import CRITICAL_SECTION


def run(w, drop):
    lock = CRITICAL_SECTION()
    w.InitializeCriticalSection(byref(lock))

    def callback():
        w.EnterCriticalSection(byref(lock))
        w.LeaveCriticalSection(byref(lock))

    w.EnterCriticalSection(byref(lock))
    running = thread(w, callback)
    if drop:
        w.LeaveCriticalSection(byref(lock))
    w.WaitForSingleObject(running[0], INFINITE)
    if not drop:
        w.LeaveCriticalSection(byref(lock))


def buggy(w):
    run(w, drop=False)


def fixed(w):
    run(w, drop=True)


CASE = Case("F14", "the canceller holds what the callback wants", "libevent 12cedc8a; pjsip 9fe1ad2de; wil#326", ("S11", "S8"), buggy, fixed,
            {"specs": ("S11",)})
