"""S105  select rewrites each fd_set: fd_count becomes the number of ready sockets, which stand first in fd_array in their old
order; the result is the total over all sets. nfds is ignored.
fact: S-86
source: select page; fd_set structure page (u_int fd_count; SOCKET fd_array[FD_SETSIZE])
"""
from ctypes import byref

from alertable.specs.litmus.sockets import TIMEVAL, close, pair, readable, sockets, tcp
from alertable.winapi import WinApi

NEEDS = ("select",)

def program(w: WinApi) -> object:
    a, b = pair(w)
    c, d = pair(w)
    w.send(d, b"x", 1, 0)
    readable(w, c)
    e = tcp(w)
    reads, writes = sockets(a, c), sockets(d, e, b)
    n = w.select(-5, byref(reads), byref(writes), None, byref(TIMEVAL(1, 0)))
    result = n, reads.fd_count, reads.fd_array[0] == c, writes.fd_count, (writes.fd_array[0] == d, writes.fd_array[1] == b)
    close(w, a, b, c, d, e)
    return result
EXPECTED = {(3, 1, True, 2, (True, True))}
