"""S045  MSG_PEEK copies the data and leaves it queued.
fact: S-39
source: recv page (MSG_PEEK); Wine afd.c test_recv (AFD_MSG_PEEK)
"""
from ctypes import create_string_buffer, memset

from alertable.specs.litmus.sockets import MSG_PEEK, close, err, nonblocking, pair, readable
from alertable.winapi import WinApi

NEEDS = ("select",)

def program(w: WinApi) -> object:
    a, b = pair(w)
    buf = create_string_buffer(8)
    w.send(b, b"data", 4, 0)
    readable(w, a)
    peeks = (w.recv(a, buf, 2, MSG_PEEK), buf.value), (w.recv(a, buf, 8, MSG_PEEK), buf.value)
    memset(buf, 0, 8)
    taken = w.recv(a, buf, 8, 0), buf.value
    nonblocking(w, a)
    empty = err(w, w.recv(a, buf, 8, MSG_PEEK))
    close(w, a, b)
    return peeks, taken, empty
EXPECTED = {(((2, b"da"), (4, b"data")), (4, b"data"), (-1, 10035))}
