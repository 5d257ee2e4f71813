"""C04/S13: CancelIo is called by a thread that has nothing in flight: it cancels nothing, and the end is waited for in vain."""

from ctypes import byref, create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, join, overlapped_result, pair, post, thread
from alertable.specs.zoo.case import Case


def run(w, right):
    s, peer = pair(w)
    ov, buffer = OVERLAPPED(), create_string_buffer(1)
    post(w, s, buffer, ov)
    join(w, thread(w, lambda: (w.CancelIoEx(s, byref(ov)) if right else w.CancelIo(s)) and 0))
    if not right:
        w.send(peer, b"!", 1, 0)
    return overlapped_result(w, s, ov, 1)[0]


def buggy(w):
    return run(w, right=False)


def fixed(w):
    return run(w, right=True)


CASE = Case("C04", "CancelIo from a thread that has nothing in flight", "libuv 6e8eb3324", ("S13",), buggy, fixed, {"specs": ("S13",)})
