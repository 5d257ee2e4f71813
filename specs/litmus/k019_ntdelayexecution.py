"""K019  NtDelayExecution(TRUE) with an APC pending returns STATUS_USER_APC (0xC0) at once, even for a long or a zero interval; without one a non-zero relative interval gives STATUS_SUCCESS.
fact: K-01
source: Wine ntdll/tests/sync.c test_delayexecution
"""
from ctypes import byref, c_int64, c_size_t

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    ran = []
    @w.CALLBACK(None, c_size_t)
    def apc(data):
        ran.append(data)
    results = []
    for milliseconds in (0, 100000):
        w.QueueUserAPC(apc, w.GetCurrentThread(), milliseconds)
        interval = c_int64(-10000 * milliseconds)
        results.append(w.NtDelayExecution(1, byref(interval)))
    interval = c_int64(-10000 * 5)
    results.append(w.NtDelayExecution(1, byref(interval)))
    results.append(w.NtDelayExecution(0, byref(interval)))
    return tuple(results), tuple(ran)

EXPECTED = {((0xC0, 0xC0, 0, 0), (0, 100000))}
# Wine 8 returns STATUS_TIMEOUT (258) from an alertable delay that elapses; later Wine and Windows return STATUS_SUCCESS (test_delayexecution).
WINE = {((0xC0, 0xC0, 258, 0), (0, 100000))}
