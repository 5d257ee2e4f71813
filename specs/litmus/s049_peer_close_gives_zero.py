"""S049  When the peer closes gracefully a pending receive completes with error 0 and 0 bytes; further receives give 0 at once.
fact: S-48
source: WSARecv page (zero bytes on a byte stream: graceful closure); Wine afd.c test_recv
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, bufs, close, completion, pair, post, wsarecv
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    a, b = pair(w)
    buf, ov, ov2, log = create_string_buffer(8), OVERLAPPED(), OVERLAPPED(), []
    cb = completion(w, log, ov, ov2)
    post(w, a, buf, ov, cb)
    w.closesocket(b)
    w.SleepEx(3000, 1)
    again = wsarecv(w, a, bufs(buf), ov2, cb)
    woke = w.SleepEx(0, 1)
    plain = w.recv(a, buf, 8, 0)
    close(w, a)
    return tuple(log), again, woke, plain
EXPECTED = {(((0, 0, 0, 0), (0, 0, 1, 0)), ((0, 0), 0, 0), 192, 0)}
