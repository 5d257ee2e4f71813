"""S126  Conditions that hold when WSAEventSelect is called are recorded at once: queued data, a waiting connection, a close.
fact: S-103
source: WSAEventSelect page (persistence of network events); Wine sock.c test_events
"""
from ctypes import byref

from alertable.specs.litmus.sockets import FD_ACCEPT, FD_CLOSE, FD_READ, close, enum_events, listener, pair, tcp
from alertable.winapi import WinApi

NEEDS = ("event-select",)

def program(w: WinApi) -> object:
    a, b = pair(w)
    c, d = pair(w)
    l, addr = listener(w)
    e, events = tcp(w), [w.WSACreateEvent() for _ in range(3)]
    w.send(b, b"x", 1, 0)
    w.closesocket(d)
    w.connect(e, byref(addr), 16)
    w.Sleep(100)
    results = []
    for s, event in zip((a, c, l), events):
        w.WSAEventSelect(s, event, FD_READ | FD_CLOSE | FD_ACCEPT)
        results.append((w.WaitForSingleObject(event, 1000), enum_events(w, s, event)))
        w.WSACloseEvent(event)
    close(w, a, b, c, l, e)
    return tuple(results)
EXPECTED = {((0, (1, (0,))), (0, (32, (0,))), (0, (8, (0,))))}
