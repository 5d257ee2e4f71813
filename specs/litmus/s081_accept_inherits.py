"""S081  The socket from accept has the listening socket's properties: options (SO_RCVTIMEO, SO_LINGER ...) and non-blocking mode.
fact: S-71
source: accept page; Wine sock.c test_accept_inheritance
"""
from ctypes import byref, c_int32, create_string_buffer

from alertable.specs.litmus.sockets import (
    LINGER,
    SO_LINGER,
    SO_RCVTIMEO,
    SOL_SOCKET,
    close,
    err,
    getopt,
    listener,
    nonblocking,
    readable,
    tcp,
)
from alertable.winapi import WinApi

NEEDS = ("select",)

def program(w: WinApi) -> object:
    l, addr = listener(w)
    w.setsockopt(l, SOL_SOCKET, SO_RCVTIMEO, byref(c_int32(0x123)), 4)
    w.setsockopt(l, SOL_SOCKET, SO_LINGER, byref(LINGER(1, 555)), 4)
    s = tcp(w)
    w.connect(s, byref(addr), 16)
    nonblocking(w, l)
    readable(w, l)
    peer = w.accept(l, None, None)
    buf, value, size = create_string_buffer(8), LINGER(), c_int32(4)
    w.getsockopt(peer, SOL_SOCKET, SO_LINGER, byref(value), byref(size))
    result = getopt(w, peer, SO_RCVTIMEO), value.l_onoff, value.l_linger, err(w, w.recv(peer, buf, 8, 0))
    for handle in (l, peer):
        w.setsockopt(handle, SOL_SOCKET, SO_LINGER, byref(LINGER(0, 0)), 4)
    close(w, l, s, peer)
    return result
EXPECTED = {(0x123, 1, 555, (-1, 10035))}
