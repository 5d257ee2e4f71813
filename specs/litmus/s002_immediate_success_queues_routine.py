"""S002  WSARecv that completes at once returns 0 with the byte count, and its completion routine is queued all the same:
it runs at the next alertable wait, never inside WSARecv.
fact: S-03
source: WSARecv page (Return value); "Overlapped I/O and Event Objects" (a return of zero means the routine has been queued)
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, bufs, close, completion, pair, readable, wsarecv
from alertable.winapi import WinApi

NEEDS = ("select",)

def program(w: WinApi) -> object:
    a, b = pair(w)
    buf, ov, log = create_string_buffer(8), OVERLAPPED(), []
    cb = completion(w, log, ov)
    w.send(b, b"hello", 5, 0)
    readable(w, a)
    result = wsarecv(w, a, bufs(buf), ov, cb)
    inside = len(log)
    waits = w.SleepEx(0, 1), w.SleepEx(0, 1)
    close(w, a, b)
    return result, inside, waits, tuple(log)
EXPECTED = {(((0, 0), 5, 0), 0, (192, 0), ((0, 5, 0, 0),))}
