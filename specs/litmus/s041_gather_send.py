"""S041  WSASend sends its WSABUFs one after the other; an empty one in the middle adds nothing.
fact: S-37
source: WSASend page; "Scatter/Gather I/O" page
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import bufs, close, pair, readable, wsasend
from alertable.winapi import WinApi

NEEDS = ("select",)

def program(w: WinApi) -> object:
    a, b = pair(w)
    x, y, z = create_string_buffer(b"one", 3), create_string_buffer(b"two", 3), create_string_buffer(b"three", 5)
    result = wsasend(w, a, bufs(x, (y, 0), z))
    buf = create_string_buffer(16)
    readable(w, b)
    n = w.recv(b, buf, 16, 0)
    close(w, a, b)
    return result, n, buf.value
EXPECTED = {(((0, 0), 8), 8, b"onethree")}
