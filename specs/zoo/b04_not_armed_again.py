"""B04: a datagram receive fails at once (an earlier send met a closed port); the loop is not armed again: a deaf port."""

from ctypes import byref, c_uint32, c_void_p, create_string_buffer

from alertable.specs.litmus.sockets import INFINITE, OVERLAPPED, bound, bufs, udp
from alertable.specs.properties.marks import mark
from alertable.specs.zoo.case import Case


def run(w, again):
    s, gone = udp(w), udp(w)
    port, closed_port = bound(w, s), bound(w, gone)
    w.closesocket(gone)
    gone = udp(w)
    mark("perpetual", s)
    ov, buffer, flags, got = OVERLAPPED(), create_string_buffer(8), c_uint32(), []

    def received(error, n, _ov, _flags):
        got.append(n)
        if not error:
            do_read()

    routine = w.CALLBACK(None, c_uint32, c_uint32, c_void_p, c_uint32)(received)

    def do_read():
        failed = w.WSARecvFrom(s, bufs(buffer), 1, None, byref(flags), None, None, byref(ov), routine)
        if failed and w.WSAGetLastError() != 997 and again:
            do_read()  # connectionRefused(), and then on with it

    w.sendto(s, b"?", 1, 0, byref(closed_port), 16)
    w.Sleep(1)
    do_read()
    w.sendto(gone, b"hello", 5, 0, byref(port), 16)
    while not got:
        w.SleepEx(INFINITE, True)
    w.closesocket(s)
    return got


def buggy(w):
    return run(w, again=False)


def fixed(w):
    return run(w, again=True)


CASE = Case("B04", "an immediate error, and the loop is not armed again", "Twisted 928ae95780", ("S19",), buggy, fixed, {"specs": ("S19",)})
