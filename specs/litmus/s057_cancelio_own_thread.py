"""S057  CancelIo cancels the calling thread's pending operations on the socket: each routine gets WSA_OPERATION_ABORTED (995)
with 0 bytes, Internal is STATUS_CANCELLED.
fact: S-56
source: CancelIo page; WSARecv page (WSA_OPERATION_ABORTED)
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, close, completion, pair, post
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    a, b = pair(w)
    buffers, ovs, log = [create_string_buffer(8) for _ in range(3)], (OVERLAPPED * 3)(), []
    cb = completion(w, log, *ovs)
    for i in range(3):
        post(w, a, buffers[i], ovs[i], cb)
    ok = w.CancelIo(a)
    for _ in range(3):
        w.SleepEx(2000 if len(log) < 3 else 0, 1)
    states = tuple(o.Internal & 0xFFFFFFFF for o in ovs)
    close(w, a, b)
    return ok, tuple(sorted(log, key=lambda c: c[2])), states
EXPECTED = {(1, tuple((995, 0, i, 0) for i in range(3)), (0xC0000120,) * 3)}
