"""F13: a receive is armed again after the end of the stream: it completes at once with nothing, for ever."""

from ctypes import byref, c_uint32, create_string_buffer

from alertable.specs.litmus.sockets import INFINITE, OVERLAPPED, bufs, pair
from alertable.specs.zoo.case import Case


def run(w, ends_at_zero):
    s, peer = pair(w)
    w.send(peer, b"data", 4, 0)
    w.shutdown(peer, 1)
    data, overlapped, count, flags = create_string_buffer(4), OVERLAPPED(), c_uint32(), c_uint32()
    overlapped.hEvent = w.WSACreateEvent()
    buffer = bufs(data)
    received = 0
    while True:
        flags.value = 0
        w.WSAResetEvent(overlapped.hEvent)
        w.WSARecv(s, buffer, 1, None, byref(flags), byref(overlapped), None)
        w.WaitForSingleObject(overlapped.hEvent, INFINITE)
        w.WSAGetOverlappedResult(s, byref(overlapped), byref(count), True, byref(flags))
        received += count.value
        if ends_at_zero and count.value == 0:
            return received


def buggy(w):
    return run(w, False)


def fixed(w):
    return run(w, True)


CASE = Case(
    "F13", "armed again at the end of the stream", "CPython gh-156333, gh-156344; libuv fce90652e", ("S12",), buggy, fixed,
    {"specs": ("S12",), "max_steps": 1000},
)  # fmt: skip
