"""S054  closesocket ends the socket's pending receives: each routine still runs (on its issuing thread, at an alertable wait)
with 0 bytes and WSA_OPERATION_ABORTED (995) as documented, or WSAECONNABORTED (10053) as a connected TCP socket really gives.
fact: S-53
source: closesocket page; Wine sock.c iocp_async_read_closesocket (Windows: STATUS_CONNECTION_ABORTED)
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, close, completion, pair, post
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    a, b = pair(w)
    buffers, ovs, log = [create_string_buffer(8) for _ in range(2)], (OVERLAPPED * 2)(), []
    cb = completion(w, log, *ovs)
    for i in range(2):
        post(w, a, buffers[i], ovs[i], cb)
    closed = w.closesocket(a)
    inside = len(log)
    for _ in range(2):
        w.SleepEx(2000 if len(log) < 2 else 0, 1)
    close(w, b)
    return closed, inside, tuple(sorted(log, key=lambda c: c[2]))
EXPECTED = {(0, 0, ((e, 0, 0, 0), (e, 0, 1, 0))) for e in (995, 10053)}
WINE = {(0, 0, ((10022, 0, 0, 0), (10022, 0, 1, 0)))}       # Wine: STATUS_HANDLES_CLOSED (todo_wine in test_iocp)
