"""K089  Threads blocked in GetQueuedCompletionStatus are released last in, first out: of two waiters, the one that came last gets the first packet.
fact: K-58
source: FileIO/i-o-completion-ports (LIFO); Wine ntdll/tests/sync.c test_completion_port_scheduling (Windows 10 and later)
"""
from ctypes import byref, c_size_t, c_uint32, c_void_p

from alertable.winapi import WinApi

NEEDS = ("ports",)


def program(w: WinApi) -> object:
    port, got = w.CreateIoCompletionPort(2 ** 64 - 1, None, 0, 4), {}
    @w.CALLBACK(c_uint32, c_void_p)
    def routine(parameter):
        n, key, overlapped = c_uint32(), c_size_t(), c_void_p()
        w.GetQueuedCompletionStatus(port, byref(n), byref(key), byref(overlapped), 10000)
        got[parameter or 0] = key.value
        return 0
    threads = []
    for n in (1, 2):
        threads.append(w.CreateThread(None, 0, routine, n, 0, None))
        w.Sleep(100)                          # one after the other
    w.PostQueuedCompletionStatus(port, 0, 100, None)
    first = w.WaitForSingleObject(threads[1], 500), w.WaitForSingleObject(threads[0], 0)
    w.PostQueuedCompletionStatus(port, 0, 200, None)
    for thread in threads:
        w.WaitForSingleObject(thread, 10000); w.CloseHandle(thread)
    w.CloseHandle(port)
    return first, got[1], got[2]

EXPECTED = {((0, 258), 200, 100)}
# Wine 8 wakes the waiters of a port in FIFO order (seen otherwise under load).
WINE = {((258, 0), 100, 200), ((0, 258), 200, 100)}
