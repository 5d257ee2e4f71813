"""K085  On a thread not yet associated with the port, GetQueuedCompletionStatusEx(fAlertable) runs a pending APC and returns WAIT_IO_COMPLETION although a packet is queued; that call does not associate the thread, so the same happens again.
fact: K-56
source: Wine ntdll/tests/file.c test_set_io_completion ("APC goes first ... even if the thread is associated with some other completion port")
"""
from ctypes import Structure, byref, c_size_t, c_uint32, c_void_p

from alertable.winapi import WinApi

NEEDS = ("ports",)


class ENTRY(Structure):
    _fields_ = [("key", c_size_t), ("overlapped", c_void_p), ("internal", c_size_t), ("bytes", c_uint32)]

def program(w: WinApi) -> object:
    log = []
    @w.CALLBACK(None, c_size_t)
    def apc(data):
        log.append("apc")
    @w.CALLBACK(c_uint32, c_void_p)
    def routine(parameter):                   # a fresh thread: associated with no port
        port, other = (w.CreateIoCompletionPort(2 ** 64 - 1, None, 0, 0) for _ in range(2))
        entries, count = (ENTRY * 2)(), c_uint32()
        def get(which):
            result = w.GetQueuedCompletionStatusEx(which, entries, 2, byref(count), 0, 1)
            log.append((1, entries[0].key) if result else (0, w.GetLastError()))
        w.PostQueuedCompletionStatus(other, 0, 9, None)
        get(other)                            # now associated with the other port
        w.PostQueuedCompletionStatus(port, 0, 1, None)
        for _ in range(2):
            w.QueueUserAPC(apc, w.GetCurrentThread(), 0)
            get(port)
        get(port)                             # no APC now: the packet
        w.CloseHandle(port); w.CloseHandle(other)
        return 0
    thread = w.CreateThread(None, 0, routine, None, 0, None)
    w.WaitForSingleObject(thread, 10000)
    w.CloseHandle(thread)
    return tuple(log)

EXPECTED = {((1, 9), "apc", (0, 192), "apc", (0, 192), (1, 1))}
# Wine 8 always looks for packets first: the packet at once, then the APC (two queued by then) on an empty port.
WINE = {((1, 9), (1, 1), "apc", "apc", (0, 192), (0, 258))}
