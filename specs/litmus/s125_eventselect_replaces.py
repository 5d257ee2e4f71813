"""S125  A second WSAEventSelect replaces the first: its event and mask count alone, and what was there already is recorded anew.
fact: S-102
source: WSAEventSelect page ("the second call will cancel the effects of the first"); Wine sock.c test_read_events
"""
from alertable.specs.litmus.sockets import FD_CLOSE, FD_READ, close, enum_events, pair
from alertable.winapi import WinApi

NEEDS = ("event-select",)

def program(w: WinApi) -> object:
    a, b = pair(w)
    one, two = w.WSACreateEvent(), w.WSACreateEvent()
    w.WSAEventSelect(a, one, FD_READ)
    w.WSAEventSelect(a, two, FD_CLOSE)
    w.send(b, b"x", 1, 0)
    nothing = w.WaitForSingleObject(one, 80), w.WaitForSingleObject(two, 0)
    w.WSAEventSelect(a, two, FD_READ | FD_CLOSE)
    late = w.WaitForSingleObject(two, 2000), enum_events(w, a, two)
    w.WSACloseEvent(one), w.WSACloseEvent(two)
    close(w, a, b)
    return nothing, late
EXPECTED = {((258, 258), (0, (1, (0,))))}
