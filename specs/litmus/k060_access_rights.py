"""K060  A handle needs SYNCHRONIZE to be waited on and EVENT_MODIFY_STATE to be set: lacking it, the call fails with ERROR_ACCESS_DENIED (5).
fact: K-32
source: WaitForSingleObjectEx hHandle, SetEvent hEvent; Wine ntdll/tests/sync.c test_keyed_events
"""
from ctypes import byref, c_void_p

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    event, process = w.CreateEventW(None, 1, 1, None), w.GetCurrentProcess()
    modify, wait, log = c_void_p(), c_void_p(), []
    made = (w.DuplicateHandle(process, event, process, byref(modify), 0x0002, 0, 0),          # EVENT_MODIFY_STATE
            w.DuplicateHandle(process, event, process, byref(wait), 0x00100000, 0, 0))        # SYNCHRONIZE
    one = (c_void_p * 1)(modify.value)
    for call in (lambda: w.WaitForSingleObject(modify, 0), lambda: w.WaitForMultipleObjects(1, one, 0, 0), lambda: w.SetEvent(wait), lambda: w.ResetEvent(wait)):
        w.SetLastError(0x1234)
        log.append((call(), w.GetLastError()))
    good = w.ResetEvent(modify), w.WaitForSingleObject(wait, 0), w.SetEvent(modify), w.WaitForSingleObject(wait, 0)
    for handle in (event, modify, wait):
        w.CloseHandle(handle)
    return made, tuple(log), good

EXPECTED = {((1, 1), ((0xFFFFFFFF, 5), (0xFFFFFFFF, 5), (0, 5), (0, 5)), (1, 258, 1, 0))}
