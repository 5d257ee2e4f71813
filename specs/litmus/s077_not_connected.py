"""S077  Sending or receiving on an unconnected TCP socket fails with WSAENOTCONN (10057), accept and listen on an unbound one
with WSAEINVAL (10022), listen on UDP with WSAEOPNOTSUPP (10045).
fact: S-68
source: recv, send, accept, listen pages; Wine sock.c test_listen
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import INVALID_SOCKET, bound, close, err, tcp, udp
from alertable.winapi import WinApi

NEEDS = ("datagram",)

def program(w: WinApi) -> object:
    s, u, buf = tcp(w), udp(w), create_string_buffer(8)
    bound_only = tcp(w)
    bound(w, bound_only)
    accepted = w.accept(bound_only, None, None)
    result = (err(w, w.recv(s, buf, 8, 0)), err(w, w.send(s, buf, 8, 0)), err(w, w.listen(s, 1)), err(w, w.listen(u, 1)))
    close(w, s, u, bound_only)
    return result, accepted == INVALID_SOCKET
EXPECTED = {(((-1, 10057), (-1, 10057), (-1, 10022), (-1, 10045)), True)}
WINE = {(((-1, 10057), (-1, 10054), (-1, 10022), (-1, 10022)), True)}       # Linux EPIPE; Wine 8 tests "bound" before the socket type
