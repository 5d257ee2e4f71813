"""K025  SignalObjectAndWait(TRUE) with an APC pending and the awaited object not signalled has signalled the first object and returns WAIT_IO_COMPLETION, also with a zero time-out.
fact: K-16
source: SignalObjectAndWait (synchapi) dwMilliseconds and bAlertable; ReactOS ob/obwait.c
"""
from ctypes import c_size_t

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    log = []
    signal, awaited = w.CreateEventW(None, 0, 0, None), w.CreateEventW(None, 0, 0, None)
    @w.CALLBACK(None, c_size_t)
    def apc(data):
        log.append(("apc", w.WaitForSingleObject(signal, 0)))    # the signal came before the APC ran
    for milliseconds in (0xFFFFFFFF, 0):
        w.QueueUserAPC(apc, w.GetCurrentThread(), 1)
        log.append(w.SignalObjectAndWait(signal, awaited, milliseconds, 1))
    w.CloseHandle(signal); w.CloseHandle(awaited)
    return tuple(log)

EXPECTED = {(("apc", 0), 0xC0, ("apc", 0), 0xC0)}
