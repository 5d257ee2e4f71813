"""K084  GetQueuedCompletionStatusEx(fAlertable) with no packet and an APC pending or arriving returns 0 with last error WAIT_IO_COMPLETION (192), after running the APC.
fact: K-55
source: GetQueuedCompletionStatusEx (ioapiset) fAlertable; Wine kernel32/tests/file.c test_post_completion
"""
from ctypes import byref, c_size_t, c_uint32, c_void_p, create_string_buffer

from alertable.winapi import WinApi

NEEDS = ("ports",)


def program(w: WinApi) -> object:
    port, log = w.CreateIoCompletionPort(2 ** 64 - 1, None, 0, 0), []
    ready = w.CreateEventW(None, 1, 0, None)
    entries, count = create_string_buffer(64), c_uint32()
    @w.CALLBACK(None, c_size_t)
    def apc(data):
        log.append(("apc", data))
    for milliseconds in (0, 0xFFFFFFFF):
        w.QueueUserAPC(apc, w.GetCurrentThread(), milliseconds)
        result = w.GetQueuedCompletionStatusEx(port, entries, 2, byref(count), milliseconds, 1)
        log.append((result, w.GetLastError()))
    @w.CALLBACK(c_uint32, c_void_p)
    def routine(parameter):
        his, n = create_string_buffer(64), c_uint32()
        w.SetEvent(ready)
        result = w.GetQueuedCompletionStatusEx(port, his, 2, byref(n), 0xFFFFFFFF, 1)
        log.append((result, w.GetLastError()))
        return 0
    thread = w.CreateThread(None, 0, routine, None, 0, None)
    w.WaitForSingleObject(ready, 10000)
    w.Sleep(30)
    w.QueueUserAPC(apc, thread, 5)
    w.WaitForSingleObject(thread, 10000)
    for handle in (thread, ready, port):
        w.CloseHandle(handle)
    return tuple(log)

EXPECTED = {(("apc", 0), (0, 192), ("apc", 0xFFFFFFFF), (0, 192), ("apc", 5), (0, 192))}
