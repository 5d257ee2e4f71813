"""K026  An alertable wait with time-out 0 on an unsignalled object returns WAIT_IO_COMPLETION, not WAIT_TIMEOUT, when an APC is pending: order of checks is object, APC, time-out.
fact: K-01
source: ReactOS ke/wait.c (KiCheckAlertability before the due time is tested); SignalObjectAndWait dwMilliseconds
"""
from ctypes import c_size_t, c_void_p

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    @w.CALLBACK(None, c_size_t)
    def apc(data):
        pass
    event = w.CreateEventW(None, 1, 0, None)
    one = (c_void_p * 1)(event)
    log = []
    for wait in (lambda: w.WaitForSingleObjectEx(event, 0, 1), lambda: w.WaitForMultipleObjectsEx(1, one, 0, 0, 1),
                 lambda: w.WaitForMultipleObjectsEx(1, one, 1, 0, 1), lambda: w.SleepEx(0, 1)):
        w.QueueUserAPC(apc, w.GetCurrentThread(), 0)
        log.append((wait(), wait()))
    w.CloseHandle(event)
    return tuple(log)

EXPECTED = {((0xC0, 258), (0xC0, 258), (0xC0, 258), (0xC0, 0))}
