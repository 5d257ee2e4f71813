"""K031  NtAlertThread ends NtDelayExecution(TRUE) with STATUS_ALERTED (0x101), but SleepEx and WaitForSingleObjectEx swallow the alert and go on waiting.
fact: K-18
source: ReactOS kernel32 client/synch.c (loop while STATUS_ALERTED) and ke/thrdobj.c KeAlertThread
"""
from ctypes import byref, c_int64

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    me = w.GetCurrentThread()
    event = w.CreateEventW(None, 1, 0, None)
    interval = c_int64(-10000 * 20)
    w.NtAlertThread(me)
    native = w.NtDelayExecution(1, byref(interval))
    w.NtAlertThread(me)
    slept = w.SleepEx(20, 1)
    w.NtAlertThread(me)
    waited = w.WaitForSingleObjectEx(event, 20, 1)
    w.CloseHandle(event)
    return native, slept, waited

EXPECTED = {(0x101, 0, 258)}
# Wine 8's NtAlertThread is a stub (STATUS_NOT_IMPLEMENTED), so the delay just elapses, which there gives STATUS_TIMEOUT.
WINE = {(258, 0, 258)}
