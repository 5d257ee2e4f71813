"""S117  FD_READ: arriving data sets the event and records FD_READ; waiting does not reset the event; WSAEnumNetworkEvents
returns the record, clears it and resets the event it is given.
fact: S-95
source: WSAEventSelect, WSAEnumNetworkEvents pages
"""
from alertable.specs.litmus.sockets import FD_READ, close, enum_events, pair
from alertable.winapi import WinApi

NEEDS = ("event-select",)

def program(w: WinApi) -> object:
    a, b = pair(w)
    event = w.WSACreateEvent()
    w.WSAEventSelect(a, event, FD_READ)
    quiet = w.WaitForSingleObject(event, 0)
    w.send(b, b"hello", 5, 0)
    waits = w.WaitForSingleObject(event, 3000), w.WaitForSingleObject(event, 0)
    first = enum_events(w, a, event), w.WaitForSingleObject(event, 0)
    second = enum_events(w, a, event)
    w.WSACloseEvent(event)
    close(w, a, b)
    return quiet, waits, first, second
EXPECTED = {(258, (0, 0), ((1, (0,)), 258), (0, ()))}
