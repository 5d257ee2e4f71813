"""S033  A blocking recv that has to wait runs queued completion routines of its thread, then returns its own data.
fact: S-33
source: recv page (note on the alertable wait); Wine sock.c test_WSARecv (APC during a blocking WSARecv)
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, close, completion, join, pair, post, thread
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    a, b = pair(w)
    c, d = pair(w)
    buf, small, ov, log = create_string_buffer(8), create_string_buffer(8), OVERLAPPED(), []
    cb = completion(w, log, ov)
    post(w, a, buf, ov, cb)
    w.send(b, b"x", 1, 0)
    w.Sleep(100)
    before = len(log)
    def work():
        w.Sleep(150)
        w.send(d, b"hello", 5, 0)
    t = thread(w, work)
    n = w.recv(c, small, 8, 0)
    after = len(log)
    join(w, t)
    close(w, a, b, c, d)
    return before, n, small.value, after
EXPECTED = {(0, 5, b"hello", 1)}
