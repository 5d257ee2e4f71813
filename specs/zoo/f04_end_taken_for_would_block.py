"""F04: a receive of 0 bytes is taken for "nothing yet"; the wait that follows is for an event that was used up."""

from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import FD_CLOSE, FD_READ, INFINITE, enum_events, pair
from alertable.specs.zoo.case import Case


def run(w, see_end):
    s, peer = pair(w)
    event = w.WSACreateEvent()
    w.WSAEventSelect(s, event, FD_READ | FD_CLOSE)
    w.shutdown(peer, 1)
    w.WaitForSingleObject(event, INFINITE)
    enum_events(w, s, event)
    n = w.recv(s, create_string_buffer(4), 4, 0)
    if n > 0 or (see_end and n == 0):
        return n
    w.WaitForSingleObject(event, INFINITE)
    return -1


def buggy(w):
    return run(w, see_end=False)


def fixed(w):
    return run(w, see_end=True)


CASE = Case("F04", "end of stream taken for would-block", "PostgreSQL pgwin32_recv", ("S17", "S8"), buggy, fixed, {"specs": ("S17",)})
