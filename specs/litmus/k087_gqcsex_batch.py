"""K087  GetQueuedCompletionStatusEx removes up to ulCount packets already queued, in order, without waiting for more; OVERLAPPED_ENTRY is key, overlapped, Internal, bytes in 32 bytes on x64.
fact: K-54
source: GetQueuedCompletionStatusEx (ioapiset); Wine kernel32/tests/file.c test_post_completion
"""
from ctypes import Structure, byref, c_size_t, c_uint32, c_void_p, sizeof

from alertable.winapi import WinApi

NEEDS = ("ports",)


class ENTRY(Structure):
    _fields_ = [("key", c_size_t), ("overlapped", c_void_p), ("internal", c_size_t), ("bytes", c_uint32)]

def program(w: WinApi) -> object:
    port, log = w.CreateIoCompletionPort(2 ** 64 - 1, None, 0, 0), []
    for n in range(1, 6):
        w.PostQueuedCompletionStatus(port, n * 10, n, n * 0x1000)
    for most in (2, 8):
        entries, count = (ENTRY * 8)(), c_uint32()
        result = w.GetQueuedCompletionStatusEx(port, entries, most, byref(count), 0xFFFFFFFF, 0)
        log.append((result, count.value) + tuple((e.key, e.overlapped, e.bytes) for e in entries[:count.value]))
    w.CloseHandle(port)
    return sizeof(ENTRY), tuple(log)

EXPECTED = {(32, ((1, 2, (1, 0x1000, 10), (2, 0x2000, 20)), (1, 3, (3, 0x3000, 30), (4, 0x4000, 40), (5, 0x5000, 50))))}
