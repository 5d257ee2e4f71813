"""K082  With no packet, GetQueuedCompletionStatus returns 0, sets *lpOverlapped to NULL and last error WAIT_TIMEOUT (258), at once for 0 milliseconds; GetQueuedCompletionStatusEx likewise.
fact: K-53
source: GetQueuedCompletionStatus (ioapiset) dwMilliseconds; Wine kernel32/tests/file.c test_post_completion
"""
from ctypes import byref, c_size_t, c_uint32, c_void_p, create_string_buffer

from alertable.winapi import WinApi

NEEDS = ("ports",)


def program(w: WinApi) -> object:
    port, log = w.CreateIoCompletionPort(2 ** 64 - 1, None, 0, 0), []
    for milliseconds in (0, 20):
        n, key, overlapped, entries, count = c_uint32(), c_size_t(), c_void_p(0x5555), create_string_buffer(64), c_uint32()
        w.SetLastError(0x1234)
        log.append((w.GetQueuedCompletionStatus(port, byref(n), byref(key), byref(overlapped), milliseconds), w.GetLastError(), overlapped.value))
        w.SetLastError(0x1234)
        log.append((w.GetQueuedCompletionStatusEx(port, entries, 2, byref(count), milliseconds, 0), w.GetLastError(), count.value <= 1))
    w.CloseHandle(port)
    return tuple(log)

EXPECTED = {((0, 258, None), (0, 258, True)) * 2}
