"""K086  Once a thread has removed a packet from the port, a queued packet wins over a pending APC in GetQueuedCompletionStatusEx(fAlertable), and the APC stays queued.
fact: K-56
source: Wine ntdll/tests/file.c test_set_io_completion ("After a thread is associated with completion port existing completion is returned if APC is pending"); kernel32/tests/file.c test_post_completion; GetQueuedCompletionStatusEx fAlertable
"""
from ctypes import Structure, byref, c_size_t, c_uint32, c_void_p

from alertable.winapi import WinApi

NEEDS = ("ports",)


class ENTRY(Structure):
    _fields_ = [("key", c_size_t), ("overlapped", c_void_p), ("internal", c_size_t), ("bytes", c_uint32)]

def program(w: WinApi) -> object:
    log, port = [], w.CreateIoCompletionPort(2 ** 64 - 1, None, 0, 0)
    entries, count = (ENTRY * 2)(), c_uint32()
    @w.CALLBACK(None, c_size_t)
    def apc(data):
        log.append("apc")
    def get():
        result = w.GetQueuedCompletionStatusEx(port, entries, 2, byref(count), 0, 1)
        log.append((1, entries[0].key) if result else (0, w.GetLastError()))
    w.PostQueuedCompletionStatus(port, 0, 1, None)
    get()
    w.QueueUserAPC(apc, w.GetCurrentThread(), 0)
    w.PostQueuedCompletionStatus(port, 0, 2, None)
    get()
    get()
    w.CloseHandle(port)
    return tuple(log)

EXPECTED = {((1, 1), (1, 2), "apc", (0, 192))}
