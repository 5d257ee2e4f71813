"""S069  On a socket with a completion port an operation that completes at once (return 0) still queues its packet.
fact: S-62
source: Wine sock.c test_completion_port ("IOCP response on successful immediate read"); I/O completion ports page
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, bufs, close, packet, pair, readable, wsarecv
from alertable.winapi import WinApi

NEEDS = ("ports", "select")

def program(w: WinApi) -> object:
    a, b = pair(w)
    port = w.CreateIoCompletionPort(a, None, 77, 0)
    buf, ov = create_string_buffer(8), OVERLAPPED()
    w.send(b, b"data", 4, 0)
    readable(w, a)
    result = wsarecv(w, a, bufs(buf), ov)
    got = packet(w, port, 1000, [ov]), packet(w, port, 0, [ov])
    close(w, a, b)
    w.CloseHandle(port)
    return result, got
EXPECTED = {(((0, 0), 4, 0), ((1, 0, 4, 77, 0), (0, 258)))}
