"""K083  GetQueuedCompletionStatus, and GetQueuedCompletionStatusEx with fAlertable FALSE, run no APC: with one pending they still time out.
fact: K-08
source: Sync/asynchronous-procedure-calls ("Threads that wait on an I/O completion port do not wait in an alertable state"); Wine ntdll/tests/file.c test_set_io_completion
"""
from ctypes import byref, c_size_t, c_uint32, c_void_p, create_string_buffer

from alertable.winapi import WinApi

NEEDS = ("ports",)


def program(w: WinApi) -> object:
    port, ran = w.CreateIoCompletionPort(2 ** 64 - 1, None, 0, 0), []
    n, key, overlapped, entries, count = c_uint32(), c_size_t(), c_void_p(), create_string_buffer(64), c_uint32()
    @w.CALLBACK(None, c_size_t)
    def apc(data):
        ran.append(data)
    w.QueueUserAPC(apc, w.GetCurrentThread(), 1)
    first = w.GetQueuedCompletionStatus(port, byref(n), byref(key), byref(overlapped), 20), w.GetLastError()
    second = w.GetQueuedCompletionStatusEx(port, entries, 2, byref(count), 20, 0), w.GetLastError()
    before = len(ran)
    drained = w.SleepEx(0, 1), len(ran)
    w.CloseHandle(port)
    return first, second, before, drained

EXPECTED = {((0, 258), (0, 258), 0, (0xC0, 1))}
