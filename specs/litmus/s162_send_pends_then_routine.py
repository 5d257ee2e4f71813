"""S162  A send that pends (SO_SNDBUF 0, peer not reading) runs its routine only after the peer took the data, with the full count.
fact: S-46
source: WSASend page; Wine sock.c test_send
"""
from ctypes import byref, c_int32, create_string_buffer, sizeof

from alertable.specs.litmus.sockets import (
    OVERLAPPED,
    PENDING,
    SO_SNDBUF,
    SOL_SOCKET,
    bufs,
    close,
    completion,
    join,
    pair,
    thread,
    wsasend,
)
from alertable.winapi import WinApi

NEEDS = ()

SIZE = 8 << 20
def program(w: WinApi) -> object:
    a, b = pair(w)
    w.setsockopt(a, SOL_SOCKET, SO_SNDBUF, byref(c_int32(0)), 4)
    data, into, ov, log = create_string_buffer(SIZE), create_string_buffer(1 << 20), OVERLAPPED(), []
    cb = completion(w, log, ov)
    first = wsasend(w, a, bufs(data), ov, cb)[0]
    quiet = w.SleepEx(60, 1), len(log)
    def reader():
        left = SIZE
        while left > 0:
            n = w.recv(b, into, sizeof(into), 0)
            if n <= 0:
                break
            left -= n
    t = thread(w, reader)
    woke = w.SleepEx(20000, 1)
    join(w, t)
    close(w, a, b)
    return first, quiet, woke, tuple(log)
EXPECTED = {(PENDING, (0, 0), 192, ((0, SIZE, 0, 0),))}
