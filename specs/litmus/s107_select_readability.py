"""S107  A socket is readable when data waits, when the peer has closed, and - listening - when a connection waits.
fact: S-88
source: select page; Wine sock.c test_select
"""
from ctypes import byref, create_string_buffer

from alertable.specs.litmus.sockets import close, listener, readable, tcp
from alertable.winapi import WinApi

NEEDS = ("select",)

def program(w: WinApi) -> object:
    l, addr = listener(w)
    idle = readable(w, l, 0)
    c = tcp(w)
    w.connect(c, byref(addr), 16)
    waiting = readable(w, l)
    s, buf = w.accept(l, None, None), create_string_buffer(8)
    nothing = readable(w, s, 0)
    w.send(c, b"x", 1, 0)
    data = readable(w, s), w.recv(s, buf, 8, 0), readable(w, s, 0)
    w.closesocket(c)
    closed = readable(w, s), w.recv(s, buf, 8, 0), readable(w, s, 0)
    close(w, l, s)
    return idle, waiting, nothing, data, closed
EXPECTED = {(0, 1, 0, (1, 1, 0), (1, 0, 1))}
