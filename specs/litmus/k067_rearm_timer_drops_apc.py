"""K067  Setting a timer again removes its completion routine if that is queued and has not run.
fact: K-43
source: SetWaitableTimer (synchapi) Remarks ("it does cancel any pending completion routines"); ReactOS ex/timer.c NtSetTimer
"""
from ctypes import byref, c_int64, c_uint32, c_void_p

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    log, soon, late = [], c_int64(-1), c_int64(-10000 * 3600000)
    @w.CALLBACK(None, c_void_p, c_uint32, c_uint32)
    def timer_apc(argument, low, high):
        log.append(argument)
    timer = w.CreateWaitableTimerW(None, 1, None)
    w.SetWaitableTimer(timer, byref(soon), 0, timer_apc, 1, 0)
    fired = w.WaitForSingleObject(timer, 10000)
    w.Sleep(30)
    w.SetWaitableTimer(timer, byref(late), 0, timer_apc, 2, 0)
    slept, state = w.SleepEx(20, 1), w.WaitForSingleObject(timer, 0)
    w.SetWaitableTimer(timer, byref(soon), 0, timer_apc, 3, 0)
    again = w.SleepEx(10000, 1)
    w.CloseHandle(timer)
    return fired, slept, state, again, tuple(log)

EXPECTED = {(0, 0, 258, 0xC0, (3,))}
