"""S122  FD_CONNECT (with FD_WRITE) is recorded when a non-blocking connect succeeds; the server side gets no FD_CONNECT.
fact: S-100
source: WSAEventSelect page; Wine sock.c test_connect_events
"""
from ctypes import byref

from alertable.specs.litmus.sockets import FD_ALL, close, enum_events, err, listener, tcp
from alertable.winapi import WinApi

NEEDS = ("event-select",)

def program(w: WinApi) -> object:
    l, addr = listener(w)
    event, c = w.WSACreateEvent(), tcp(w)
    w.WSAEventSelect(c, event, FD_ALL)
    before = enum_events(w, c, event)
    started = err(w, w.connect(c, byref(addr), 16))
    w.Sleep(100)
    done = w.WaitForSingleObject(event, 3000), enum_events(w, c, event)
    s = w.accept(l, None, None)
    w.WSAEventSelect(s, event, FD_ALL)
    w.Sleep(50)
    server = enum_events(w, s, event)
    w.WSACloseEvent(event)
    close(w, l, c, s)
    return before, started, done, server
EXPECTED = {((0, ()), (-1, 10035), (0, (18, (0, 0))), (2, (0,)))}
