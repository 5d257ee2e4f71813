"""S144  getsockopt: SO_TYPE 1 / 2, SO_ACCEPTCONN 0 then 1 after listen (and not settable: WSAENOPROTOOPT 10042), SO_ERROR 0,
SO_RCVBUF gives back what was set.
fact: S-114
source: SOL_SOCKET options page; Wine sock.c test_listen
"""
from ctypes import byref, c_int32

from alertable.specs.litmus.sockets import (
    SO_ACCEPTCONN,
    SO_ERROR,
    SO_RCVBUF,
    SO_TYPE,
    SOL_SOCKET,
    bound,
    close,
    err,
    getopt,
    tcp,
    udp,
)
from alertable.winapi import WinApi

NEEDS = ("datagram",)

def program(w: WinApi) -> object:
    s, u = tcp(w), udp(w)
    bound(w, s)
    before = getopt(w, s, SO_ACCEPTCONN)
    w.listen(s, 1)
    setting = err(w, w.setsockopt(s, SOL_SOCKET, SO_ACCEPTCONN, byref(c_int32(0)), 4))
    w.setsockopt(u, SOL_SOCKET, SO_RCVBUF, byref(c_int32(12345)), 4)
    result = getopt(w, s, SO_TYPE), getopt(w, u, SO_TYPE), before, getopt(w, s, SO_ACCEPTCONN), setting, getopt(w, s, SO_ERROR), getopt(w, u, SO_RCVBUF)
    close(w, s, u)
    return result
EXPECTED = {(1, 2, 0, 1, (-1, 10042), 0, 12345)}
