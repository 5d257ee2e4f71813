"""E02: an auto-reset event for WSAEventSelect: a second look at it finds nothing, and the data stays where it is."""

from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import FD_CLOSE, FD_READ, INFINITE, pair
from alertable.specs.zoo.case import Case


def run(w, manual):
    s, peer = pair(w)
    event = w.CreateEventW(None, manual, False, None)
    w.WSAEventSelect(s, event, FD_READ | FD_CLOSE)
    w.send(peer, b"data", 4, 0)
    w.WaitForSingleObject(event, INFINITE)
    if w.WaitForSingleObject(event, 0) == 0:
        return w.recv(s, create_string_buffer(4), 4, 0)
    return 0


def buggy(w):
    return run(w, False)


def fixed(w):
    return run(w, True)


CASE = Case("E02", "auto-reset event for WSAEventSelect", "FreeRDP#2750, 75407edf3", ("S21",), buggy, fixed, {"specs": ("S21",)})
