"""S111  select with no sets or only empty sets fails with WSAEINVAL (10022); with something that is no socket with WSAENOTSOCK
(10038), leaving the sets unchanged.
fact: S-91
source: select page; Wine sock.c test_select
"""
from ctypes import byref

from alertable.specs.litmus.sockets import INVALID_SOCKET, TIMEVAL, close, err, pair, sockets
from alertable.winapi import WinApi

NEEDS = ("select",)

def program(w: WinApi) -> object:
    a, b = pair(w)
    tv = TIMEVAL(0, 0)
    none = err(w, w.select(0, None, None, None, byref(tv)))
    empty = err(w, w.select(0, byref(sockets()), byref(sockets()), byref(sockets()), byref(tv)))
    bad = sockets(a, INVALID_SOCKET)
    wrong = err(w, w.select(0, byref(bad), None, None, byref(tv))), bad.fd_count
    close(w, a, b)
    return none, empty, wrong
EXPECTED = {((-1, 10022), (-1, 10022), ((-1, 10038), 2))}
