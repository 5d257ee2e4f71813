"""S161  Overlapped sends issued one after the other reach the peer in that order, and each gets its own routine call.
fact: S-47
source: WSASend page (the order of calls is the order in which the buffers are transmitted)
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, bufs, close, completion, pair, wsasend
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    a, b = pair(w)
    datas, ovs, log = [create_string_buffer(t, len(t)) for t in (b"one", b"two", b"three")], (OVERLAPPED * 3)(), []
    cb = completion(w, log, *ovs)
    results = [wsasend(w, a, bufs(datas[i]), ovs[i], cb) for i in range(3)]
    w.Sleep(100)
    waits = w.SleepEx(0, 1), w.SleepEx(0, 1)
    buf = create_string_buffer(16)
    n = w.recv(b, buf, 16, 0)
    close(w, a, b)
    return tuple(results), waits, tuple(sorted(log, key=lambda c: c[2])), n, buf.value
EXPECTED = {((((0, 0), 3), ((0, 0), 3), ((0, 0), 5)), (192, 0), ((0, 3, 0, 0), (0, 3, 1, 0), (0, 5, 2, 0)), 11, b"onetwothree")}
