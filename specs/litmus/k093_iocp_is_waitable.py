"""K093  A completion port handle can be waited on: it is signalled while packets are queued, and the wait removes none.
fact: K-60
source: Wine ntdll/tests/sync.c test_completion_port_scheduling (WaitForSingleObject on the port)
"""
from ctypes import byref, c_size_t, c_uint32, c_void_p

from alertable.winapi import WinApi

NEEDS = ("ports",)


def program(w: WinApi) -> object:
    port = w.CreateIoCompletionPort(2 ** 64 - 1, None, 0, 0)
    n, key, overlapped = c_uint32(), c_size_t(), c_void_p()
    log = [w.WaitForSingleObject(port, 0)]
    w.PostQueuedCompletionStatus(port, 0, 1, None)
    w.PostQueuedCompletionStatus(port, 0, 2, None)
    log += [w.WaitForSingleObject(port, 0), w.WaitForSingleObject(port, 1000)]
    for _ in range(2):
        got = w.GetQueuedCompletionStatus(port, byref(n), byref(key), byref(overlapped), 0)
        log.append((got, key.value, w.WaitForSingleObject(port, 0)))
    w.CloseHandle(port)
    return tuple(log)

EXPECTED = {(258, 0, 0, (1, 1, 0), (1, 2, 258))}
