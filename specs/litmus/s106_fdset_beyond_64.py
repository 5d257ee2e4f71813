"""S106  The 64 of FD_SETSIZE is only the size of the default structure: select takes an fd_set with any count.
fact: S-87
source: "Maximum Number of Sockets Supported" page; Wine sock.c test_select (200 sockets in one set)
"""
from ctypes import byref

from alertable.specs.litmus.sockets import TIMEVAL, close, sockets, udp
from alertable.winapi import WinApi

NEEDS = ("select", "datagram")

def program(w: WinApi) -> object:
    handles = [udp(w) for _ in range(150)]
    some = sockets(*handles, size=150)
    n = w.select(0, None, byref(some), None, byref(TIMEVAL(1, 0)))
    result = n, some.fd_count, list(some.fd_array) == handles
    close(w, *handles)
    return result
EXPECTED = {(150, 150, True)}
