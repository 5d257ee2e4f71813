"""S006  Completed receives on five different sockets are all delivered by one alertable wait.
fact: S-07
source: WSASend page (all waiting completion routines are called before the alertable wait is satisfied)
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, close, completion, pair, post
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    pairs = [pair(w) for _ in range(5)]
    buffers, ovs, log = [create_string_buffer(4) for _ in range(5)], (OVERLAPPED * 5)(), []
    cb = completion(w, log, *ovs)
    for i in range(5):
        post(w, pairs[i][0], buffers[i], ovs[i], cb)
        w.send(pairs[i][1], b"xyz", i % 3 + 1, 0)
    w.Sleep(150)
    waits = w.SleepEx(0, 1), w.SleepEx(0, 1)
    for p in pairs:
        close(w, *p)
    return waits, tuple(sorted((i, n) for _, n, i, _ in log))
EXPECTED = {((192, 0), ((0, 1), (1, 2), (2, 3), (3, 1), (4, 2)))}
