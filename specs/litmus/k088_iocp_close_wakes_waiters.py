"""K088  Closing the last handle of a port while threads wait in it ends their calls: GetQueuedCompletionStatus(Ex) returns 0 with ERROR_ABANDONED_WAIT_0 (735) and a NULL overlapped.
fact: K-57
source: GetQueuedCompletionStatus (ioapiset) Remarks; Wine ntdll/tests/sync.c test_completion_port_scheduling
"""
from ctypes import byref, c_size_t, c_uint32, c_void_p, create_string_buffer

from alertable.winapi import WinApi

NEEDS = ("ports",)


def program(w: WinApi) -> object:
    port, log = w.CreateIoCompletionPort(2 ** 64 - 1, None, 0, 0), {}
    @w.CALLBACK(c_uint32, c_void_p)
    def plain(parameter):
        n, key, overlapped = c_uint32(), c_size_t(), c_void_p(0x5555)
        log["plain"] = w.GetQueuedCompletionStatus(port, byref(n), byref(key), byref(overlapped), 1000), w.GetLastError(), overlapped.value
        return 0
    @w.CALLBACK(c_uint32, c_void_p)
    def extended(parameter):
        entries, count = create_string_buffer(64), c_uint32()
        log["ex"] = w.GetQueuedCompletionStatusEx(port, entries, 2, byref(count), 1000, 1), w.GetLastError()
        return 0
    threads = [w.CreateThread(None, 0, routine, None, 0, None) for routine in (plain, extended)]
    w.Sleep(100)                              # let both block
    closed = w.CloseHandle(port)
    for thread in threads:
        w.WaitForSingleObject(thread, 10000); w.CloseHandle(thread)
    return closed, log["plain"], log["ex"]

EXPECTED = {(1, (0, 735, None), (0, 735))}
# Wine 8 does not wake the waiters: their calls last until their time-out.
WINE = {(1, (0, 258, None), (0, 258))}
