"""F01: the end of a connection is announced on an event that nobody waits on any more; the next event never hears of it."""

from ctypes import c_void_p, create_string_buffer

from alertable.specs.litmus.sockets import FD_CLOSE, FD_READ, INFINITE, MSG_PEEK, join, pair, thread
from alertable.specs.zoo.case import Case


def run(w, peek):
    s, peer = pair(w)
    latch = w.CreateEventW(None, True, False, None)

    def setter():
        w.SetEvent(latch)
        w.shutdown(peer, 1)

    other = thread(w, setter)
    first = w.WSACreateEvent()
    w.WSAEventSelect(s, first, FD_READ | FD_CLOSE)
    w.WaitForMultipleObjects(2, (c_void_p * 2)(latch, first), False, INFINITE)
    w.WSAEventSelect(s, None, 0)
    w.WSACloseEvent(first)
    second = w.WSACreateEvent()  # the next wait
    w.WSAEventSelect(s, second, FD_READ | FD_CLOSE)
    if not peek or w.recv(s, create_string_buffer(1), 1, MSG_PEEK) != 0:
        w.WaitForSingleObject(second, INFINITE)
    join(w, other)


def buggy(w):
    run(w, peek=False)


def fixed(w):
    run(w, peek=True)


CASE = Case("F01", "FD_CLOSE recorded on a closed event", "PostgreSQL waiteventset.c", ("S17", "S8"), buggy, fixed,
            {"specs": ("S17",)})
