"""S108  A connected socket with send-buffer space is writable and stops being so when the buffer is full; an unconnected TCP
socket is not writable, an unconnected UDP socket is.
fact: S-89
source: select page; Wine sock.c test_select
"""
from ctypes import byref, create_string_buffer, sizeof

from alertable.specs.litmus.sockets import LINGER, SO_LINGER, SOL_SOCKET, TIMEVAL, close, nonblocking, pair, sockets, tcp, udp
from alertable.winapi import WinApi

NEEDS = ("select", "datagram")

def program(w: WinApi) -> object:
    a, b = pair(w)
    s, u = tcp(w), udp(w)
    writable = lambda x: w.select(0, None, byref(sockets(x)), None, byref(TIMEVAL(0, 0)))
    start = writable(a), writable(s), writable(u)
    nonblocking(w, a)
    chunk = create_string_buffer(1 << 20)
    for _ in range(3):                          # until the transport moves nothing any more
        for _ in range(200):
            if w.send(a, chunk, sizeof(chunk), 0) < 0:
                break
        failed = w.WSAGetLastError()
        w.Sleep(50)
    full = failed, writable(a)
    w.setsockopt(a, SOL_SOCKET, SO_LINGER, byref(LINGER(1, 0)), 4)
    close(w, a, b, s, u)
    return start, full
EXPECTED = {((1, 0, 1), (10035, 0))}
