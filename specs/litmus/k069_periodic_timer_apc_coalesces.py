"""K069  A periodic timer calls its completion routine each period, but has a single APC: expiries while it is still queued add nothing, so one alertable wait after ten periods calls it once (twice if a period ends during the call).
fact: K-46
source: SetWaitableTimer (synchapi) lPeriod; ReactOS ex/timer.c (one KAPC in the timer; KeInsertQueueApc refuses one already inserted)
"""
from ctypes import byref, c_int64, c_uint32, c_void_p

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    log, due = [], c_int64(-10000 * 50)
    @w.CALLBACK(None, c_void_p, c_uint32, c_uint32)
    def timer_apc(argument, low, high):
        log.append(argument)
    timer = w.CreateWaitableTimerW(None, 1, None)
    w.SetWaitableTimer(timer, byref(due), 50, timer_apc, 1, 0)
    w.Sleep(500)
    drained = w.SleepEx(0, 1), len(log)
    later = w.SleepEx(1000, 1), len(log) > drained[1]            # and it goes on
    w.CancelWaitableTimer(timer)
    count = len(log)
    quiet = w.SleepEx(120, 1), len(log) == count
    w.CloseHandle(timer)
    return drained, later, quiet

EXPECTED = {((0xC0, n), (0xC0, True), (0, True)) for n in (1, 2)}
# Wine 8 calls a manual-reset periodic timer's routine for the first expiry only.
WINE = {((0xC0, 1), (0, False), (0, True))}
