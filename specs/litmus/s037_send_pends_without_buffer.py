"""S037  With SO_SNDBUF 0 a large overlapped WSASend pends until the peer has taken the data; then it reports all bytes.
fact: S-46
source: Wine sock.c test_send; "High-performance Windows Sockets Applications" page (zero send buffer)
"""
from ctypes import byref, c_int32, create_string_buffer, sizeof

from alertable.specs.litmus.sockets import (
    OVERLAPPED,
    PENDING,
    SO_SNDBUF,
    SOL_SOCKET,
    bufs,
    close,
    overlapped_result,
    pair,
    wsasend,
)
from alertable.winapi import WinApi

NEEDS = ()

SIZE = 8 << 20
def program(w: WinApi) -> object:
    a, b = pair(w)
    w.setsockopt(a, SOL_SOCKET, SO_SNDBUF, byref(c_int32(0)), 4)
    event = w.CreateEventW(None, 1, 0, None)
    data, into, ov = create_string_buffer(SIZE), create_string_buffer(1 << 20), OVERLAPPED(hEvent=event)
    first = wsasend(w, a, bufs(data), ov)
    pending = w.WaitForSingleObject(event, 0), ov.Internal
    left = SIZE
    while left > 0:
        n = w.recv(b, into, sizeof(into), 0)
        if n <= 0:
            break
        left -= n
    done = w.WaitForSingleObject(event, 3000)
    got = overlapped_result(w, a, ov)
    w.CloseHandle(event)
    close(w, a, b)
    return first, pending, left, done, got[:3]
EXPECTED = {((PENDING, 777), (258, 0x103), 0, 0, (1, 0, SIZE))}
