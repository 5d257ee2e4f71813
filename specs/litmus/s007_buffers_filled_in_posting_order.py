"""S007  Receives posted on one stream socket get the bytes of the stream in posting order.
fact: S-08
source: WSARecv page (posted buffers are filled in the order specified); Wine sock.c test_simultaneous_async_recv
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, close, completion, pair, post
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    a, b = pair(w)
    buffers, ovs, log = [create_string_buffer(4) for _ in range(4)], (OVERLAPPED * 4)(), []
    cb = completion(w, log, *ovs)
    for i in range(4):
        post(w, a, buffers[i], ovs[i], cb)
    w.send(b, b"0123456789abcdef", 16, 0)
    for _ in range(4):
        w.SleepEx(1000 if len(log) < 4 else 0, 1)
    close(w, a, b)
    return tuple(x.raw for x in buffers)
EXPECTED = {(b"0123", b"4567", b"89ab", b"cdef")}
