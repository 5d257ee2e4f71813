"""S110  A failed non-blocking connect shows in exceptfds - not in writefds; SO_ERROR says WSAECONNREFUSED (10061) and keeps
saying so when read again.
fact: S-90
source: select page (exceptfds); Wine sock.c test_select
"""
from ctypes import byref

from alertable.specs.litmus.sockets import SO_ERROR, TIMEVAL, bound, close, err, getopt, nonblocking, sockets, tcp
from alertable.winapi import WinApi

NEEDS = ("select",)

def program(w: WinApi) -> object:
    closed, s = tcp(w), tcp(w)
    nobody = bound(w, closed)
    nonblocking(w, s)
    started = err(w, w.connect(s, byref(nobody), 16))
    reads, writes, excepts = sockets(s), sockets(s), sockets(s)
    n = w.select(0, byref(reads), byref(writes), byref(excepts), byref(TIMEVAL(10, 0)))
    result = n, reads.fd_count, writes.fd_count, excepts.fd_count, getopt(w, s, SO_ERROR), getopt(w, s, SO_ERROR)
    close(w, closed, s)
    return started, result
EXPECTED = {((-1, 10035), (1, 0, 0, 1, 10061, 10061))}
WINE = EXPECTED | {((-1, 10035), (2, 1, 0, 1, 10061, 10061))}     # Wine: also readable if Linux refused before select was called
