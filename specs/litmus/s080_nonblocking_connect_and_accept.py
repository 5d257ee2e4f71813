"""S080  Non-blocking connect returns WSAEWOULDBLOCK (10035) and finishes in the background (select: writable, SO_ERROR 0);
non-blocking accept without a connection fails with WSAEWOULDBLOCK.
fact: S-70
source: connect, accept pages; Wine sock.c test_select, test_connect_completion_port
"""
from ctypes import byref

from alertable.specs.litmus.sockets import (
    INVALID_SOCKET,
    SO_ERROR,
    TIMEVAL,
    close,
    err,
    getopt,
    listener,
    nonblocking,
    readable,
    sockets,
    tcp,
)
from alertable.winapi import WinApi

NEEDS = ("select",)

def program(w: WinApi) -> object:
    l, addr = listener(w)
    nonblocking(w, l)
    none = w.accept(l, None, None) == INVALID_SOCKET, w.WSAGetLastError()
    s = tcp(w)
    nonblocking(w, s)
    started = err(w, w.connect(s, byref(addr), 16))
    writable = w.select(0, None, byref(sockets(s)), None, byref(TIMEVAL(3, 0)))
    readable(w, l)
    peer = w.accept(l, None, None)
    result = none, started, writable, getopt(w, s, SO_ERROR), peer != INVALID_SOCKET
    close(w, l, s, peer)
    return result
EXPECTED = {((True, 10035), (-1, 10035), 1, 0, True)}
