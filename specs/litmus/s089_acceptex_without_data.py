"""S089  AcceptEx with receive length 0 pends (FALSE, 997) and completes as soon as a connection arrives, with 0 bytes; its
result belongs to the listening socket's operation, the connection is on the socket that was passed.
fact: S-75
source: AcceptEx page (dwReceiveDataLength); Wine sock.c test_AcceptEx
"""
from ctypes import byref, c_size_t, c_uint32, create_string_buffer

from alertable.specs.litmus.sockets import (
    OVERLAPPED,
    SO_UPDATE_ACCEPT_CONTEXT,
    SOL_SOCKET,
    berr,
    close,
    listener,
    overlapped_result,
    tcp,
)
from alertable.winapi import WinApi

NEEDS = ("extension",)

def program(w: WinApi) -> object:
    l, addr = listener(w)
    event = w.CreateEventW(None, 1, 0, None)
    s, c, ov, n, out, buf = tcp(w), tcp(w), OVERLAPPED(hEvent=event), c_uint32(777), create_string_buffer(64), create_string_buffer(8)
    first = berr(w, w.AcceptEx(l, s, out, 0, 32, 32, byref(n), byref(ov))), ov.Internal
    pending = w.WaitForSingleObject(event, 50)
    w.connect(c, byref(addr), 16)
    done = w.WaitForSingleObject(event, 3000)
    got = overlapped_result(w, l, ov)[:3]
    w.setsockopt(s, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, byref(c_size_t(l)), 8)
    w.send(c, b"hi", 2, 0)
    text = w.recv(s, buf, 8, 0), buf.value
    w.CloseHandle(event)
    close(w, l, s, c)
    return first, pending, done, got, text
EXPECTED = {(((0, 997), 0x103), 258, 0, (1, 0, 0), (2, b"hi"))}
