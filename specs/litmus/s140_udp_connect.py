"""S140  connect on UDP sets the peer: send works without address, datagrams from others are not received; send without a peer
fails with WSAENOTCONN (10057); getpeername tells it.
fact: S-112
source: connect, send pages; WSARecv page; Wine sock.c test_connect_udp
"""
from ctypes import byref, c_int32, create_string_buffer

from alertable.specs.litmus.sockets import SOCKADDR_IN, bound, close, err, readable, udp
from alertable.winapi import WinApi

NEEDS = ("select", "datagram")

def program(w: WinApi) -> object:
    a, b, c = udp(w), udp(w), udp(w)
    at_a, at_b, buf, size, peer = bound(w, a), bound(w, b), create_string_buffer(8), c_int32(16), SOCKADDR_IN()
    alone = err(w, w.send(a, b"x", 1, 0)), err(w, w.getpeername(a, byref(peer), byref(size)))
    joined = w.connect(a, byref(at_b), 16), w.getpeername(a, byref(peer), byref(size)), bytes(peer) == bytes(at_b)
    w.sendto(c, b"stranger", 8, 0, byref(at_a), 16)
    w.sendto(b, b"friend", 6, 0, byref(at_a), 16)
    readable(w, a)
    got = w.recv(a, buf, 8, 0), buf.raw[:6]
    sent = w.send(a, b"yes", 3, 0), w.recv(b, buf, 8, 0)
    close(w, a, b, c)
    return alone, joined, got, sent
EXPECTED = {(((-1, 10057), (-1, 10057)), (0, 0, True), (6, b"friend"), (3, 3))}
WINE = {(((-1, 10022), (-1, 10057)), (0, 0, True), (6, b"friend"), (3, 3))}     # Linux EDESTADDRREQ; Windows WSAENOTCONN
