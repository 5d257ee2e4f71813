"""S093  The socket AcceptEx accepted into is connected but has no context: getpeername fails with WSAENOTCONN (10057) and the
listener's options are missing until SO_UPDATE_ACCEPT_CONTEXT is set; send and recv work before.
fact: S-78
source: AcceptEx page; SOL_SOCKET options page (SO_UPDATE_ACCEPT_CONTEXT)
"""
from ctypes import byref, c_int32, c_size_t, c_uint32, create_string_buffer

from alertable.specs.litmus.sockets import (
    OVERLAPPED,
    SO_UPDATE_ACCEPT_CONTEXT,
    SOCKADDR_IN,
    SOL_SOCKET,
    close,
    err,
    listener,
    name,
    tcp,
)
from alertable.winapi import WinApi

NEEDS = ("extension",)

def program(w: WinApi) -> object:
    l, addr = listener(w)
    event = w.CreateEventW(None, 1, 0, None)
    s, c, ov, n, out, size = tcp(w), tcp(w), OVERLAPPED(hEvent=event), c_uint32(), create_string_buffer(64), c_int32(16)
    w.AcceptEx(l, s, out, 0, 32, 32, byref(n), byref(ov))
    w.connect(c, byref(addr), 16)
    w.WaitForSingleObject(event, 3000)
    peer = SOCKADDR_IN()
    before = err(w, w.getpeername(s, byref(peer), byref(size))), w.send(s, b"x", 1, 0)
    update = w.setsockopt(s, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, byref(c_size_t(l)), 8)
    after = err(w, w.getpeername(s, byref(peer), byref(size))), bytes(peer)[:8] == bytes(name(w, c))[:8]
    w.CloseHandle(event)
    close(w, l, s, c)
    return before, update, after
EXPECTED = {(((-1, 10057), 1), 0, ((0, 0), True))}
WINE = {(((0, 0), 1), 0, ((0, 0), True))}       # Wine connects the socket fully; Wine's test notes that Windows needs the option
