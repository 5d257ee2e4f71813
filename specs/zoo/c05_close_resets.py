"""C05: closing with a receive in flight resets the connection; the end of the response may be lost."""

from ctypes import byref, create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, bufs, join, overlapped_result, pair, post, thread, wsasend
from alertable.specs.zoo.case import Case

SD_SEND = 1


def run(w, cancel_first):
    s, peer = pair(w)

    def read_all():
        back = create_string_buffer(8)
        while w.recv(peer, back, 8, 0) > 0:
            pass

    reader = thread(w, read_all)
    ov, probe, response = OVERLAPPED(), create_string_buffer(1), create_string_buffer(b"response", 8)
    post(w, s, probe, ov)
    if cancel_first:
        w.CancelIoEx(s, byref(ov))
        overlapped_result(w, s, ov, 1)
    wsasend(w, s, bufs(response))
    if cancel_first:
        w.shutdown(s, SD_SEND)
    w.closesocket(s)
    join(w, reader)


def buggy(w):
    run(w, cancel_first=False)


def fixed(w):
    run(w, cancel_first=True)


CASE = Case("C05", "closing resets what was sent", "libuv#3034, 99eb736b4; Boost.Asio abaadc54", ("S16",), buggy, fixed, {"specs": ("S1", "S16")})
