"""S118  FD_READ is not recorded over and over while the same data waits; recv re-enables it, and if data is left
(level-triggered) FD_READ is recorded and the event set again at once.
fact: S-96
source: WSAEventSelect page (re-enabling functions, level-triggered); Wine sock.c test_read_events
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import FD_READ, close, enum_events, pair
from alertable.winapi import WinApi

NEEDS = ("event-select",)

def program(w: WinApi) -> object:
    a, b = pair(w)
    event, buf = w.WSACreateEvent(), create_string_buffer(8)
    w.WSAEventSelect(a, event, FD_READ)
    w.send(b, b"abcde", 5, 0)
    w.WaitForSingleObject(event, 3000)
    enum_events(w, a, event)
    silent = w.WaitForSingleObject(event, 80)
    w.recv(a, buf, 2, 0)
    again = w.WaitForSingleObject(event, 2000), enum_events(w, a, event)
    w.recv(a, buf, 8, 0)
    drained = w.WaitForSingleObject(event, 80), enum_events(w, a, event)
    w.send(b, b"f", 1, 0)
    fresh = w.WaitForSingleObject(event, 3000), enum_events(w, a, event)
    w.WSACloseEvent(event)
    close(w, a, b)
    return silent, again, drained, fresh
EXPECTED = {(258, (0, (1, (0,))), (258, (0, ())), (0, (1, (0,))))}
