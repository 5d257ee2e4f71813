"""S029  A routine may call WSARecv again. With data waiting each such call completes at once and queues the routine anew;
one alertable wait drains the whole chain, one call after the other, never nested.
fact: S-15
source: WSARecv page (WSARecv can be called from within the completion routine; routines of a socket are not nested)
"""
from ctypes import c_uint32, c_void_p, create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, PENDING, close, pair, post, readable
from alertable.winapi import WinApi

NEEDS = ("select",)

def program(w: WinApi) -> object:
    a, b = pair(w)
    buf, ov, log, depth = create_string_buffer(1), OVERLAPPED(), [], [0]
    def routine(error, n, p, flags):
        depth[0] += 1
        if error == 0:
            log.append((depth[0], n, buf.raw))
            log.append(post(w, a, buf, ov, cb))
        depth[0] -= 1
    cb = w.CALLBACK(None, c_uint32, c_uint32, c_void_p, c_uint32)(routine)
    w.send(b, b"abc", 3, 0)
    readable(w, a)
    first = post(w, a, buf, ov, cb)
    waits = w.SleepEx(0, 1), w.SleepEx(0, 1)
    result = first, waits, tuple(log)
    close(w, a, b)
    return result
EXPECTED = {((0, 0), (192, 0), ((1, 1, b"a"), (0, 0), (1, 1, b"b"), (0, 0), (1, 1, b"c"), PENDING))}
