"""K066  CancelWaitableTimer removes a completion routine that is queued but has not run; the timer stays signalled.
fact: K-43
source: CancelWaitableTimer (synchapi) Remarks ("cancels outstanding APCs"); ReactOS ex/timer.c NtCancelTimer
"""
from ctypes import byref, c_int64, c_uint32, c_void_p

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    log, due = [], c_int64(-1)
    @w.CALLBACK(None, c_void_p, c_uint32, c_uint32)
    def timer_apc(argument, low, high):
        log.append(argument)
    timer = w.CreateWaitableTimerW(None, 1, None)
    w.SetWaitableTimer(timer, byref(due), 0, timer_apc, 1, 0)
    fired = w.WaitForSingleObject(timer, 10000)
    w.Sleep(30)
    cancelled = w.CancelWaitableTimer(timer)
    slept, state = w.SleepEx(20, 1), w.WaitForSingleObject(timer, 0)
    w.CloseHandle(timer)
    return fired, cancelled, slept, state, tuple(log)

EXPECTED = {(0, 1, 0, 0, ())}
