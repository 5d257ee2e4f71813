"""S136  A datagram larger than the buffer: recvfrom fails with WSAEMSGSIZE (10040), the buffer holds the first part, the rest is
lost; the next receive gets the next datagram.
fact: S-109
source: recvfrom page; WSARecv page (message-oriented sockets)
"""
from ctypes import byref, create_string_buffer

from alertable.specs.litmus.sockets import bound, close, err, readable, udp
from alertable.winapi import WinApi

NEEDS = ("select", "datagram")

def program(w: WinApi) -> object:
    a, b = udp(w), udp(w)
    to, buf = bound(w, a), create_string_buffer(4)
    w.sendto(b, b"abcdefgh", 8, 0, byref(to), 16)
    w.sendto(b, b"next", 4, 0, byref(to), 16)
    readable(w, a)
    cut = err(w, w.recvfrom(a, buf, 4, 0, None, None)), buf.raw
    then = err(w, w.recvfrom(a, buf, 4, 0, None, None)), buf.raw
    close(w, a, b)
    return cut, then
EXPECTED = {(((-1, 10040), b"abcd"), ((4, 0), b"next"))}
