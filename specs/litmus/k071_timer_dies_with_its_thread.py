"""K071  If the thread that set a timer with a completion routine ends, the timer is cancelled and keeps its state; a timer without one still fires.
fact: K-47
source: SetWaitableTimer (synchapi) Remarks; ReactOS ex/timer.c ExTimerRundown
"""
from ctypes import byref, c_int64, c_uint32, c_void_p

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    due = c_int64(-10000 * 300)
    timers = [w.CreateWaitableTimerW(None, 1, None) for _ in range(2)]
    @w.CALLBACK(None, c_void_p, c_uint32, c_uint32)
    def timer_apc(argument, low, high):
        pass
    @w.CALLBACK(c_uint32, c_void_p)
    def routine(parameter):
        w.SetWaitableTimer(timers[0], byref(due), 0, timer_apc, None, 0)
        w.SetWaitableTimer(timers[1], byref(due), 0, None, None, 0)
        return 0
    thread = w.CreateThread(None, 0, routine, None, 0, None)
    w.WaitForSingleObject(thread, 10000)
    plain = w.WaitForSingleObject(timers[1], 10000)
    with_routine = w.WaitForSingleObject(timers[0], 200)
    for handle in timers + [thread]:
        w.CloseHandle(handle)
    return plain, with_routine

EXPECTED = {(0, 258)}
# Wine does not cancel the timer when its thread ends.
WINE = {(0, 0)}
