"""S138  Datagrams keep their boundaries: each receive takes one, also an empty one (0 bytes, which is no end of anything).
fact: S-110
source: recvfrom page (message-oriented sockets)
"""
from ctypes import byref, create_string_buffer

from alertable.specs.litmus.sockets import bound, close, readable, udp
from alertable.winapi import WinApi

NEEDS = ("select", "datagram")

def program(w: WinApi) -> object:
    a, b = udp(w), udp(w)
    to, buf = bound(w, a), create_string_buffer(16)
    for text in (b"ab", b"", b"cde"):
        w.sendto(b, text, len(text), 0, byref(to), 16)
    got = []
    for _ in range(3):
        readable(w, a)
        n = w.recvfrom(a, buf, 16, 0, None, None)
        got.append((n, buf.raw[:max(n, 0)]))
    close(w, a, b)
    return tuple(got)
EXPECTED = {((2, b"ab"), (0, b""), (3, b"cde"))}
