"""F02: FD_WRITE comes once; who had nothing to send then waits for it for ever.  A fix that sends nothing re-arms it on TCP,
but on UDP it sends empty datagrams."""

from ctypes import byref, c_uint32, create_string_buffer

from alertable.specs.litmus.sockets import FD_CLOSE, FD_READ, FD_WRITE, INFINITE, bound, enum_events, pair, udp
from alertable.specs.zoo.case import Case


def upload(w, try_first):
    s, peer = pair(w)
    event = w.WSACreateEvent()
    w.WSAEventSelect(s, event, FD_READ | FD_WRITE | FD_CLOSE)
    w.WaitForSingleObject(event, INFINITE)
    enum_events(w, s, event)  # FD_WRITE, but there is nothing to send yet
    if not try_first or w.send(s, b"data", 4, 0) != 4:
        w.WaitForSingleObject(event, INFINITE)
        w.send(s, b"data", 4, 0)
    back = create_string_buffer(4)
    w.recv(peer, back, 4, 0)
    return back.raw


def buggy(w):
    return upload(w, try_first=False)


def zero_bytes_on_udp(w):
    """The fix for TCP on a datagram socket: the peer gets a message that nobody sent."""
    s, peer = udp(w), udp(w)
    at = bound(w, peer)
    w.connect(s, byref(at), 16)
    w.send(s, b"", 0, 0)  # "re-arm FD_WRITE"
    w.send(s, b"data", 4, 0)
    back, length = create_string_buffer(8), c_uint32(8)
    assert w.recv(peer, back, length.value, 0) == 4, "an empty datagram arrives first"


def fixed(w):
    return upload(w, try_first=True)


CASE = Case("F02", "FD_WRITE is an edge", "curl #5631, #6146, b36442b243, f438ce099b; GLib cf03e82478", ("S8", "ProgramError"), buggy, fixed,
            wrong=(zero_bytes_on_udp,))
