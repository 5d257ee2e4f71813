"""S094  AcceptEx fails at once with NULL OVERLAPPED: ERROR_INVALID_PARAMETER (87), remote length 0: WSAEFAULT (10014), a bad
socket: WSAENOTSOCK (10038), an accept socket that is already in use by a pending AcceptEx: WSAEINVAL (10022).
fact: S-79
source: AcceptEx page; Wine sock.c test_AcceptEx
"""
from ctypes import byref, c_uint32, create_string_buffer

from alertable.specs.litmus.sockets import INVALID_SOCKET, OVERLAPPED, berr, close, err, listener, tcp
from alertable.winapi import WinApi

NEEDS = ("extension",)

def program(w: WinApi) -> object:
    l, addr = listener(w)
    s, ov, ov2, n, out = tcp(w), OVERLAPPED(), OVERLAPPED(), c_uint32(), create_string_buffer(64)
    call = lambda a, b, r, o: berr(w, w.AcceptEx(a, b, out, 0, 32, r, byref(n), o))
    bad = call(l, s, 32, None), call(l, s, 0, byref(ov)), call(INVALID_SOCKET, s, 32, byref(ov)), call(l, INVALID_SOCKET, 32, byref(ov))
    first, twice = call(l, s, 32, byref(ov)), call(l, s, 32, byref(ov2))
    connecting = err(w, w.connect(s, byref(addr), 16))
    w.CancelIoEx(l, byref(ov))
    w.Sleep(50)
    close(w, l, s)
    return bad, first, twice, connecting
EXPECTED = {(((0, 87), (0, 10014), (0, 10038), (0, 10038)), (0, 997), (0, 10022), (-1, 10022))}
