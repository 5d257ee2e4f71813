"""S152  Send and receive of a socket are independent: a pending receive delays no send on the same socket, in either mode.
fact: S-43
source: "Overlapped I/O and Event Objects" page (both send and receive operations can be overlapped)
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, bufs, close, completion, pair, post, wsasend
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    a, b = pair(w)
    buf, data, into, r, s, log = create_string_buffer(8), create_string_buffer(b"ping", 4), create_string_buffer(8), OVERLAPPED(), OVERLAPPED(), []
    cb = completion(w, log, r, s)
    post(w, a, buf, r, cb)
    sent = wsasend(w, a, bufs(data), s, cb)
    w.SleepEx(2000, 1)
    n = w.recv(b, into, 8, 0)
    w.send(b, b"pong!", 5, 0)
    w.SleepEx(3000, 1)
    close(w, a, b)
    return sent, n, tuple(log), buf.value
EXPECTED = {(((0, 0), 4), 4, ((0, 4, 1, 0), (0, 5, 0, 0)), b"pong!")}
