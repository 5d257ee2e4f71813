"""S112  On timeout select returns 0, empties the sets and leaves the timeval as it was; {0, 0} polls.
fact: S-92
source: select page
"""
from ctypes import byref

from alertable.specs.litmus.sockets import TIMEVAL, close, pair, sockets
from alertable.winapi import WinApi

NEEDS = ("select",)

def program(w: WinApi) -> object:
    a, b = pair(w)
    reads, tv = sockets(a, b), TIMEVAL(0, 60000)
    start = w.GetTickCount()
    n = w.select(0, byref(reads), None, None, byref(tv))
    waited = w.GetTickCount() - start >= 30
    polled = w.select(0, byref(sockets(a)), None, None, byref(TIMEVAL(0, 0)))
    close(w, a, b)
    return n, reads.fd_count, (tv.tv_sec, tv.tv_usec), waited, polled
EXPECTED = {(0, 0, (0, 60000), True, 0)}
