"""S097  AcceptEx has no completion-routine parameter, but the accepted socket (not associated with a port) takes WSARecv with a
routine like any other: event-driven accept and APC-driven receive combine on one thread.
fact: S-81
source: AcceptEx page (syntax); WSARecv page
"""
from ctypes import byref, c_size_t, c_uint32, c_void_p, create_string_buffer

from alertable.specs.litmus.sockets import (
    OVERLAPPED,
    PENDING,
    SO_UPDATE_ACCEPT_CONTEXT,
    SOL_SOCKET,
    close,
    completion,
    listener,
    post,
    tcp,
)
from alertable.winapi import WinApi

NEEDS = ("extension",)

def program(w: WinApi) -> object:
    l, addr = listener(w)
    event = w.CreateEventW(None, 1, 0, None)
    s, c, acc, n, out = tcp(w), tcp(w), OVERLAPPED(hEvent=event), c_uint32(), create_string_buffer(64)
    buf, ov, log = create_string_buffer(8), OVERLAPPED(), []
    cb = completion(w, log, ov)
    w.AcceptEx(l, s, out, 0, 32, 32, byref(n), byref(acc))
    w.connect(c, byref(addr), 16)
    handles = (c_void_p * 1)(event)
    accepted = w.WSAWaitForMultipleEvents(1, handles, 0, 3000, 1)
    w.setsockopt(s, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, byref(c_size_t(l)), 8)
    w.ResetEvent(event)
    first = post(w, s, buf, ov, cb)
    w.send(c, b"hello", 5, 0)
    received = w.WSAWaitForMultipleEvents(1, handles, 0, 3000, 1)
    w.CloseHandle(event)
    close(w, l, s, c)
    return accepted, first, received, tuple(log), buf.value
EXPECTED = {(0, PENDING, 192, ((0, 5, 0, 0),), b"hello")}
