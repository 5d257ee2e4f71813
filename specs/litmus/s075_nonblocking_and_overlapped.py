"""S075  In non-blocking mode (FIONBIO) plain recv and WSARecv without OVERLAPPED fail with WSAEWOULDBLOCK (10035), while an
overlapped WSARecv pends as always: the blocking mode does not matter for it.
fact: S-66
source: "Overlapped I/O and Event Objects" (note); Wine sock.c test_nonblocking_async_recv
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, PENDING, bufs, close, completion, err, nonblocking, pair, post, wsarecv
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    a, b = pair(w)
    nonblocking(w, a)
    buf, ov, log = create_string_buffer(8), OVERLAPPED(), []
    cb = completion(w, log, ov)
    plain = err(w, w.recv(a, buf, 8, 0)), wsarecv(w, a, bufs(buf))
    first = post(w, a, buf, ov, cb)
    w.send(b, b"data", 4, 0)
    w.SleepEx(3000, 1)
    close(w, a, b)
    return plain, first, tuple(log)
EXPECTED = {(((-1, 10035), ((-1, 10035), 777, 0)), PENDING, ((0, 4, 0, 0),))}
