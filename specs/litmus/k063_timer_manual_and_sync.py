"""K063  A timer starts inactive and unsignalled; when due, a manual-reset timer stays signalled, a synchronization timer is reset by the one wait it satisfies.
fact: K-42
source: CreateWaitableTimerW, SetWaitableTimer (synchapi) Remarks; Sync/waitable-timer-objects
"""
from ctypes import byref, c_int64

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    log = []
    for manual in (1, 0):
        timer, due = w.CreateWaitableTimerW(None, manual, None), c_int64(-10000 * 5)
        inactive = w.WaitForSingleObject(timer, 0)
        armed = w.SetWaitableTimer(timer, byref(due), 0, None, None, 0)
        fired = w.WaitForSingleObject(timer, 10000)
        log.append((inactive, armed, fired, w.WaitForSingleObject(timer, 0), w.WaitForSingleObject(timer, 0)))
        w.CloseHandle(timer)
    return tuple(log)

EXPECTED = {((258, 1, 0, 0, 0), (258, 1, 0, 258, 258))}
