"""S036  WSASend that fits the send buffer returns 0 with the count and queues its routine (0, count, pointer, 0).
fact: S-44
source: WSASend page
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, bufs, close, completion, pair, wsasend
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    a, b = pair(w)
    data, ov, log = create_string_buffer(b"hello", 5), OVERLAPPED(), []
    cb = completion(w, log, ov)
    result = wsasend(w, a, bufs(data), ov, cb)
    inside = len(log)
    woke = w.SleepEx(2000, 1)
    buf = create_string_buffer(8)
    n = w.recv(b, buf, 8, 0)
    close(w, a, b)
    return result, inside, woke, tuple(log), n, buf.value
EXPECTED = {(((0, 0), 5), 0, 192, ((0, 5, 0, 0),), 5, b"hello")}
