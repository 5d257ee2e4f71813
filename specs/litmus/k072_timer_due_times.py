"""K072  A due time of 0 or an absolute time in the past signals the timer at once; a negative period fails with ERROR_INVALID_PARAMETER (87).
fact: K-48
source: SetWaitableTimer (synchapi) lpDueTime and lPeriod; ReactOS ex/timer.c NtSetTimer (STATUS_INVALID_PARAMETER_6)
"""
from ctypes import byref, c_int64

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    timer, log = w.CreateWaitableTimerW(None, 0, None), []
    for ticks in (0, 1, 116444736000000000):                    # 0; 1601; 1970
        due = c_int64(ticks)
        log.append((w.SetWaitableTimer(timer, byref(due), 0, None, None, 0), w.WaitForSingleObject(timer, 1000)))
    due = c_int64(-1)
    w.SetLastError(0x1234)
    failed = w.SetWaitableTimer(timer, byref(due), -1, None, None, 0), w.GetLastError(), w.WaitForSingleObject(timer, 20)
    w.CloseHandle(timer)
    return tuple(log), failed

EXPECTED = {(((1, 0), (1, 0), (1, 0)), (0, 87, 258))}
# Wine does not check the period.
WINE = {(((1, 0), (1, 0), (1, 0)), (1, 0x1234, 0))}
