"""B05: a client connects and resets; the accept that fails for it closes the listener, and nobody is served any more."""

from ctypes import byref, c_uint32, create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, join, listener, packet, reset, tcp, thread
from alertable.specs.zoo.case import Case


def run(w, close_listener):
    port = w.CreateIoCompletionPort(2**64 - 1, None, 0, 1)
    listening, address = listener(w)
    w.CreateIoCompletionPort(listening, port, 7, 0)

    def client():
        s = tcp(w)
        w.connect(s, byref(address), 16)
        reset(w, s)

    bad = thread(w, client)
    ov, out, accepted = OVERLAPPED(), create_string_buffer(72), tcp(w)
    w.AcceptEx(listening, accepted, out, 8, 32, 32, byref(c_uint32()), byref(ov))  # with room for the first bytes
    done = packet(w, port, 100, (ov,))
    if done == (0, 258):
        pass  # the client came too late
    elif close_listener:
        w.closesocket(listening)
    else:
        again, second = OVERLAPPED(), tcp(w)  # the next client is as welcome
        w.AcceptEx(listening, second, out, 8, 32, 32, byref(c_uint32()), byref(again))
        w.closesocket(listening)
        packet(w, port, 100, (again,))
    join(w, bad)
    return done[:2]


def buggy(w):
    return run(w, close_listener=True)


def fixed(w):
    return run(w, close_listener=False)


CASE = Case("B05", "one bad client closes the listener", "CPython gh-93821, PR #124779", ("S18",), buggy, fixed, {"specs": ("S18",)})
