"""S001  WSARecv with a completion routine and no data returns SOCKET_ERROR with WSA_IO_PENDING (997); the routine runs
only after data arrived and the thread waits alertably, and that wait returns WAIT_IO_COMPLETION (192).
fact: S-01
source: WSARecv page (Return value, Overlapped Socket I/O); Wine ws2_32 sock.c test_WSARecv
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, PENDING, close, completion, pair, post
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    a, b = pair(w)
    buf, ov, log = create_string_buffer(8), OVERLAPPED(), []
    cb = completion(w, log, ov)
    first = post(w, a, buf, ov, cb)
    quiet = w.SleepEx(50, 1)
    w.send(b, b"hello", 5, 0)
    woke = w.SleepEx(3000, 1)
    close(w, a, b)
    return first, quiet, woke, tuple(log), buf.value
EXPECTED = {(PENDING, 0, 192, ((0, 5, 0, 0),), b"hello")}
