"""K022  WaitForMultipleObjectsEx (any) with one handle signalled returns its index although an APC is pending; with none signalled the APC ends it.
fact: K-17
source: ReactOS ke/wait.c KeWaitForMultipleObjects (all objects scanned before alertability); Linux ntsync selftest alert_any
"""
from ctypes import c_size_t, c_void_p

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    ran = []
    @w.CALLBACK(None, c_size_t)
    def apc(data):
        ran.append(data)
    events = (c_void_p * 3)(w.CreateEventW(None, 0, 0, None), w.CreateEventW(None, 0, 0, None), w.CreateEventW(None, 0, 1, None))
    w.QueueUserAPC(apc, w.GetCurrentThread(), 1)
    first = w.WaitForMultipleObjectsEx(3, events, 0, 0xFFFFFFFF, 1), len(ran)
    second = w.WaitForMultipleObjectsEx(3, events, 0, 0xFFFFFFFF, 1), len(ran)
    for event in events:
        w.CloseHandle(event)
    return first, second

EXPECTED = {((2, 0), (0xC0, 1))}
