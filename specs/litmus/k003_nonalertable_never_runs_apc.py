"""K003  No non-alertable wait runs a user APC: Sleep, SleepEx(FALSE), WaitForSingleObject, WaitForMultipleObjects and SignalObjectAndWait(FALSE) time out with the APC still queued.
fact: K-08
source: SleepEx (synchapi) bAlertable; WaitForSingleObjectEx bAlertable; FileIO/alertable-i-o
"""
from ctypes import c_size_t, c_void_p

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    ran = []
    @w.CALLBACK(None, c_size_t)
    def apc(data):
        ran.append(data)
    event, other = w.CreateEventW(None, 1, 0, None), w.CreateEventW(None, 1, 0, None)
    handles = (c_void_p * 2)(event, other)
    w.QueueUserAPC(apc, w.GetCurrentThread(), 7)
    w.Sleep(5)
    results = (w.SleepEx(5, 0), w.WaitForSingleObject(event, 5), w.WaitForSingleObjectEx(event, 5, 0),
               w.WaitForMultipleObjects(2, handles, 0, 5), w.WaitForMultipleObjectsEx(2, handles, 1, 5, 0),
               w.SignalObjectAndWait(other, event, 5, 0))
    after = tuple(ran)
    drained = w.SleepEx(0, 1)
    w.CloseHandle(event); w.CloseHandle(other)
    return results, after, drained, tuple(ran)

EXPECTED = {((0, 258, 258, 258, 258, 258), (), 0xC0, (7,))}
