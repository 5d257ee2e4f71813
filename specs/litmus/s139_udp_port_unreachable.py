"""S139  A datagram to a loopback port nobody has bound comes back as ICMP port unreachable: the sender's next receive fails with
WSAECONNRESET (10054), even on an unconnected socket; the socket goes on working.
fact: S-111
source: recvfrom page (WSAECONNRESET on a datagram socket); SIO_UDP_CONNRESET (on by default)
"""
from ctypes import byref, create_string_buffer

from alertable.specs.litmus.sockets import bound, close, err, nonblocking, readable, udp
from alertable.winapi import WinApi

NEEDS = ("select", "datagram")

def program(w: WinApi) -> object:
    a, b, closed = udp(w), udp(w), udp(w)
    to, gone, buf = bound(w, a), bound(w, closed), create_string_buffer(8)
    w.closesocket(closed)
    sent = w.sendto(a, b"x", 1, 0, byref(gone), 16)
    w.Sleep(100)
    nonblocking(w, a)
    first = err(w, w.recvfrom(a, buf, 8, 0, None, None))
    second = err(w, w.recvfrom(a, buf, 8, 0, None, None))
    w.sendto(b, b"hi", 2, 0, byref(to), 16)
    readable(w, a)
    third = err(w, w.recvfrom(a, buf, 8, 0, None, None))
    close(w, a, b)
    return sent, first, second, third
EXPECTED = {(1, (-1, 10054), (-1, 10035), (2, 0))}
WINE = {(1, (-1, 10035), (-1, 10035), (2, 0))}      # Linux reports ICMP errors only to connected UDP sockets
