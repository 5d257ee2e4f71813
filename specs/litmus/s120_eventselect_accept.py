"""S120  FD_ACCEPT is recorded for a waiting connection; accept re-enables it, and if another connection waits it is recorded again.
fact: S-96
source: WSAEventSelect page; Wine sock.c test_accept_events
"""
from ctypes import byref

from alertable.specs.litmus.sockets import FD_ACCEPT, close, enum_events, listener, tcp
from alertable.winapi import WinApi

NEEDS = ("event-select",)

def program(w: WinApi) -> object:
    l, addr = listener(w)
    event = w.WSACreateEvent()
    w.WSAEventSelect(l, event, FD_ACCEPT)
    clients = [tcp(w) for _ in range(2)]
    for s in clients:
        w.connect(s, byref(addr), 16)
    w.Sleep(100)
    first = w.WaitForSingleObject(event, 3000), enum_events(w, l, event)
    one = w.accept(l, None, None)
    second = w.WaitForSingleObject(event, 2000), enum_events(w, l, event)
    two = w.accept(l, None, None)
    third = w.WaitForSingleObject(event, 80), enum_events(w, l, event)
    w.WSACloseEvent(event)
    close(w, l, one, two, *clients)
    return first, second, third
EXPECTED = {((0, (8, (0,))), (0, (8, (0,))), (258, (0, ())))}
