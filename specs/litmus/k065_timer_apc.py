"""K065  A timer's completion routine is an APC of the thread that set it: it runs once, in an alertable wait of that thread only, with the given argument and the time of signalling (a FILETIME, low then high word).
fact: K-44
source: SetWaitableTimer (synchapi); Sync/using-a-waitable-timer-with-an-asynchronous-procedure-call
"""
from ctypes import byref, c_int64, c_uint32, c_void_p

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    log, me, due = [], w.GetCurrentThreadId(), c_int64(-10000 * 5)
    @w.CALLBACK(None, c_void_p, c_uint32, c_uint32)
    def timer_apc(argument, low, high):
        log.append((argument, (high << 32 | low) > 0, w.GetCurrentThreadId() == me))
    timer = w.CreateWaitableTimerW(None, 1, None)
    w.SetWaitableTimer(timer, byref(due), 0, timer_apc, 0x123456789A, 0)
    fired = w.WaitForSingleObject(timer, 10000), len(log)      # not alertable
    w.Sleep(20)
    first = w.SleepEx(1000, 1)
    second = w.SleepEx(20, 1)
    w.CloseHandle(timer)
    return fired, first, second, tuple(log)

EXPECTED = {((0, 0), 0xC0, 0, ((0x123456789A, True, True),))}
