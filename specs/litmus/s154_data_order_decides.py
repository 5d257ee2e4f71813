"""S154  Which routine runs first is decided by completion, not by posting: a receive posted first but without data stays
pending while the later one on another socket completes.
fact: S-10
source: WSARecv page; Alertable I/O page
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, close, completion, pair, post
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    (a, b), (c, d) = pair(w), pair(w)
    one, two, ovs, log = create_string_buffer(4), create_string_buffer(4), (OVERLAPPED * 2)(), []
    cb = completion(w, log, *ovs)
    post(w, a, one, ovs[0], cb)
    post(w, c, two, ovs[1], cb)
    w.send(d, b"dd", 2, 0)
    w.SleepEx(3000, 1)
    first = tuple(log), ovs[0].Internal
    w.send(b, b"b", 1, 0)
    w.SleepEx(3000, 1)
    close(w, a, b, c, d)
    return first, tuple(log)
EXPECTED = {((((0, 2, 1, 0),), 0x103), ((0, 2, 1, 0), (0, 1, 0, 0)))}
