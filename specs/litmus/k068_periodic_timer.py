"""K068  A periodic synchronization timer is signalled again each period and never counts: periods that nobody waited for collapse into one signal.
fact: K-46
source: SetWaitableTimer (synchapi) lPeriod and Remarks; ReactOS ke/timerobj.c KiSignalTimer
"""
from ctypes import byref, c_int64

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    timer, due = w.CreateWaitableTimerW(None, 0, None), c_int64(-10000 * 300)
    w.SetWaitableTimer(timer, byref(due), 300, None, None, 0)
    ticks = tuple(w.WaitForSingleObject(timer, 10000) for _ in range(2))
    w.Sleep(1000)                             # three periods pass
    w.CancelWaitableTimer(timer)
    left = w.WaitForSingleObject(timer, 0), w.WaitForSingleObject(timer, 0)
    w.CloseHandle(timer)
    return ticks, left

EXPECTED = {((0, 0), (0, 258))}
