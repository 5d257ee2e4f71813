"""A04: an operation that was cancelled counts as finished; its OVERLAPPED is dropped while the packet is still to come."""

from ctypes import byref, create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, join, packet, pair, post, thread
from alertable.specs.zoo.case import Case


def loop(w, drop_early):
    port = w.CreateIoCompletionPort(2**64 - 1, None, 0, 1)
    wake, waker = pair(w)
    w.CreateIoCompletionPort(wake, port, 7, 0)
    ov, buffer = OVERLAPPED(), create_string_buffer(1)
    post(w, wake, buffer, ov)
    other = thread(w, lambda: w.send(waker, b"!", 1, 0) and 0)
    w.CancelIoEx(wake, byref(ov))  # stop(): "cancelled, so finished"
    if drop_early:
        del ov, buffer
        seen = packet(w, port)
    else:
        seen = packet(w, port, 3000, (ov,))
    join(w, other)
    return seen[0]


def buggy(w):
    loop(w, drop_early=True)


def fixed(w):
    loop(w, drop_early=False)


CASE = Case("A04", "a live Overlapped is freed", "CPython gh-116773, PR #116774", ("S1", "S2", "S22"), buggy, fixed,
            {"faults": {"slow-device": 1}})
