"""K020  WaitForSingleObjectEx(TRUE) on an object that is already signalled returns WAIT_OBJECT_0 and leaves a pending APC queued: no wait takes place, so nothing is alertable.
fact: K-01
source: WaitForSingleObjectEx bAlertable ("and the thread is in the waiting state") and Remarks; ReactOS ke/wait.c KeWaitForSingleObject (object tested before alertability); Linux ntsync selftest alert_any
"""
from ctypes import c_size_t

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    ran = []
    @w.CALLBACK(None, c_size_t)
    def apc(data):
        ran.append(data)
    event = w.CreateEventW(None, 1, 1, None)
    w.QueueUserAPC(apc, w.GetCurrentThread(), 1)
    waits = w.WaitForSingleObjectEx(event, 0xFFFFFFFF, 1), w.WaitForSingleObjectEx(event, 0, 1)
    before = tuple(ran)
    drained = w.SleepEx(0, 1)
    w.CloseHandle(event)
    return waits, before, drained, tuple(ran)

EXPECTED = {((0, 0), (), 0xC0, (1,))}
