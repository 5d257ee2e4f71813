"""S005  Five completed receives of one socket are all delivered by one alertable wait; the next wait finds nothing.
fact: S-07
source: WSARecv page (all waiting completion routines are called before the wait ends with WSA_IO_COMPLETION)
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, PENDING, close, completion, pair, post
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    a, b = pair(w)
    buffers, ovs, log = [create_string_buffer(4) for _ in range(5)], (OVERLAPPED * 5)(), []
    cb = completion(w, log, *ovs)
    posted = {post(w, a, buffers[i], ovs[i], cb) for i in range(5)}
    w.send(b, b"AAAABBBBCCCCDDDDEEEE", 20, 0)
    w.Sleep(150)
    before = len(log)
    waits = w.SleepEx(0, 1), w.SleepEx(0, 1)
    close(w, a, b)
    return tuple(posted), before, waits, tuple(sorted(log, key=lambda c: c[2]))
EXPECTED = {((PENDING,), 0, (192, 0), tuple((0, 4, i, 0) for i in range(5)))}
