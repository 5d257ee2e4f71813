"""S008  The order of the callbacks of five completed receives is not promised (any order is allowed; in practice first-in
first-out), but each names its own OVERLAPPED and its own part of the stream.
fact: S-09
source: WSARecv page (completion routines can be called in any order); "Overlapped I/O and Event Objects"
"""
from ctypes import create_string_buffer
from itertools import permutations

from alertable.specs.litmus.sockets import OVERLAPPED, close, completion, pair, post
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    a, b = pair(w)
    buffers, ovs, log = [create_string_buffer(2) for _ in range(5)], (OVERLAPPED * 5)(), []
    cb = completion(w, log, *ovs)
    for i in range(5):
        post(w, a, buffers[i], ovs[i], cb)
    w.send(b, b"aabbccddee", 10, 0)
    w.Sleep(150)
    w.SleepEx(0, 1)
    close(w, a, b)
    return tuple((i, buffers[i].raw) for _, _, i, _ in log)
EXPECTED = set(permutations([(i, bytes([97 + i]) * 2) for i in range(5)]))
