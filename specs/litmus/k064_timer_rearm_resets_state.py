"""K064  SetWaitableTimer on a signalled timer makes it unsignalled and restarts it; CancelWaitableTimer leaves the signalled state as it is, either way.
fact: K-43
source: SetWaitableTimer (synchapi) Remarks (manual-reset timer signalled until set again); CancelWaitableTimer Remarks
"""
from ctypes import byref, c_int64

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    timer, soon, late = w.CreateWaitableTimerW(None, 1, None), c_int64(-1), c_int64(-10000 * 3600000)
    w.SetWaitableTimer(timer, byref(soon), 0, None, None, 0)
    log = [w.WaitForSingleObject(timer, 10000), w.CancelWaitableTimer(timer), w.WaitForSingleObject(timer, 0)]
    w.SetWaitableTimer(timer, byref(late), 0, None, None, 0)
    log += [w.WaitForSingleObject(timer, 0), w.CancelWaitableTimer(timer), w.WaitForSingleObject(timer, 10), w.CancelWaitableTimer(timer)]
    w.CloseHandle(timer)
    return tuple(log)

EXPECTED = {(0, 1, 0, 258, 1, 258, 1)}
