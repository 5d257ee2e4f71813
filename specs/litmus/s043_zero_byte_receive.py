"""S043  A zero-length overlapped receive pends until data is there, then completes with 0 bytes and leaves the data queued;
with data waiting it completes at once.
fact: S-38
source: Wine sock.c test_empty_recv
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, PENDING, bufs, close, overlapped_result, pair, wsarecv
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    a, b = pair(w)
    event = w.CreateEventW(None, 1, 0, None)
    buf, ov = create_string_buffer(8), OVERLAPPED(hEvent=event)
    first = wsarecv(w, a, bufs((buf, 0)), ov)[0]
    pending = w.WaitForSingleObject(event, 50)
    w.send(b, b"data", 4, 0)
    done = w.WaitForSingleObject(event, 3000)
    got = overlapped_result(w, a, ov)
    second = wsarecv(w, a, bufs((buf, 0)), ov)
    n = w.recv(a, buf, 8, 0)
    w.CloseHandle(event)
    close(w, a, b)
    return first, pending, done, got, second, n, buf.value
EXPECTED = {(PENDING, 258, 0, (1, 0, 0, 0), ((0, 0), 0, 0), 4, b"data")}
