"""S121  An accepted socket inherits the listening socket's event association: the same event object is set for its events too,
and it is non-blocking.
fact: S-99
source: WSAEventSelect page; Wine sock.c test_accept_events ("inherits the same parameters")
"""
from ctypes import byref, create_string_buffer

from alertable.specs.litmus.sockets import FD_ACCEPT, FD_READ, close, enum_events, err, listener, tcp
from alertable.winapi import WinApi

NEEDS = ("event-select",)

def program(w: WinApi) -> object:
    l, addr = listener(w)
    event, c, buf = w.WSACreateEvent(), tcp(w), create_string_buffer(8)
    w.WSAEventSelect(l, event, FD_ACCEPT | FD_READ)
    w.connect(c, byref(addr), 16)
    w.WaitForSingleObject(event, 3000)
    enum_events(w, l, event)
    s = w.accept(l, None, None)
    blocking = err(w, w.recv(s, buf, 8, 0))
    quiet = w.WaitForSingleObject(event, 0)
    w.send(c, b"x", 1, 0)
    got = w.WaitForSingleObject(event, 3000), enum_events(w, l, None), enum_events(w, s, event)
    w.WSACloseEvent(event)
    close(w, l, s, c)
    return blocking, quiet, got
EXPECTED = {((-1, 10035), 258, (0, (0, ()), (1, (0,))))}
