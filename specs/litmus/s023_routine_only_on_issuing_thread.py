"""S023  The routine runs on the thread that issued the operation and on no other, however long others wait alertably.
fact: S-11
source: WSARecv page; Alertable I/O page (the APC goes to the thread that called the I/O function)
"""
from ctypes import c_uint32, c_void_p, create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, close, join, pair, post, thread
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    a, b = pair(w)
    buf, ov, ids, other = create_string_buffer(8), OVERLAPPED(), [], []
    def routine(error, n, p, flags):
        ids.append(w.GetCurrentThreadId())
    cb = w.CALLBACK(None, c_uint32, c_uint32, c_void_p, c_uint32)(routine)
    post(w, a, buf, ov, cb)
    def sleeper():
        w.send(b, b"x", 1, 0)
        other.append(w.SleepEx(150, 1))
    join(w, thread(w, sleeper))
    before = len(ids)
    woke = w.SleepEx(0, 1)
    close(w, a, b)
    return tuple(other), before, woke, [i == w.GetCurrentThreadId() for i in ids] == [True]
EXPECTED = {((0,), 0, 192, True)}
