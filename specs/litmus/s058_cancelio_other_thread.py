"""S058  CancelIo called by another thread cancels nothing of ours and yet returns TRUE; our receive stays pending and works.
fact: S-57
source: CancelIo page (only requests of the calling thread); CancelIoEx page
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, close, completion, join, pair, post, thread
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    a, b = pair(w)
    buf, ov, log, other = create_string_buffer(8), OVERLAPPED(), [], []
    cb = completion(w, log, ov)
    post(w, a, buf, ov, cb)
    join(w, thread(w, lambda: other.append(w.CancelIo(a))))
    woke, state = w.SleepEx(100, 1), ov.Internal
    w.send(b, b"data", 4, 0)
    w.SleepEx(3000, 1)
    close(w, a, b)
    return tuple(other), woke, state, tuple(log)
EXPECTED = {((1,), 0, 0x103, ((0, 4, 0, 0),))}
