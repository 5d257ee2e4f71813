"""S100  After ConnectEx send and recv work, but getpeername and shutdown fail with WSAENOTCONN until
SO_UPDATE_CONNECT_CONTEXT is set.
fact: S-83
source: ConnectEx page; SOL_SOCKET options page (SO_UPDATE_CONNECT_CONTEXT)
"""
from ctypes import byref, c_int32, c_uint32

from alertable.specs.litmus.sockets import (
    OVERLAPPED,
    SD_SEND,
    SO_UPDATE_CONNECT_CONTEXT,
    SOCKADDR_IN,
    SOL_SOCKET,
    bound,
    close,
    err,
    listener,
    tcp,
)
from alertable.winapi import WinApi

NEEDS = ("extension",)

def program(w: WinApi) -> object:
    l, addr = listener(w)
    event = w.CreateEventW(None, 1, 0, None)
    s, ov, n, peer, size = tcp(w), OVERLAPPED(hEvent=event), c_uint32(), SOCKADDR_IN(), c_int32(16)
    bound(w, s)
    w.ConnectEx(s, byref(addr), 16, None, 0, byref(n), byref(ov))
    w.WaitForSingleObject(event, 5000)
    before = err(w, w.getpeername(s, byref(peer), byref(size))), w.send(s, b"x", 1, 0)
    update = w.setsockopt(s, SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT, None, 0)
    after = err(w, w.getpeername(s, byref(peer), byref(size))), err(w, w.shutdown(s, SD_SEND))
    w.CloseHandle(event)
    close(w, l, s)
    return before, update, after
EXPECTED = {(((-1, 10057), 1), 0, ((0, 0), (0, 0)))}
WINE = {(((0, 0), 1), 0, ((0, 0), (0, 0)))}         # Wine connects the socket fully at once
