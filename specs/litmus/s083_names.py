"""S083  getsockname on an unbound socket fails with WSAEINVAL, getpeername on an unconnected one with WSAENOTCONN, a short
buffer with WSAEFAULT; connect binds implicitly.
fact: S-72
source: getsockname, getpeername pages; Wine sock.c test_getsockname, test_getpeername
"""
from ctypes import byref, c_int32

from alertable.specs.litmus.sockets import SOCKADDR_IN, close, err, listener, name, tcp
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    s, (l, addr) = tcp(w), listener(w)
    out, size, short = SOCKADDR_IN(), c_int32(16), c_int32(15)
    before = err(w, w.getsockname(s, byref(out), byref(size))), err(w, w.getpeername(s, byref(out), byref(size)))
    w.connect(s, byref(addr), 16)
    mine = name(w, s)
    peer = w.getpeername(s, byref(out), byref(size)), bytes(out) == bytes(addr), mine.sin_port != 0
    small = err(w, w.getsockname(s, byref(out), byref(short))), short.value
    close(w, l, s)
    return before, peer, small
EXPECTED = {(((-1, 10022), (-1, 10057)), (0, True, True), ((-1, 10014), 15))}
