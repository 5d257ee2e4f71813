"""S142  WSASendTo with a routine completes at once, queues the routine (0, count) and binds the socket.
fact: S-113
source: WSASendTo page
"""
from ctypes import byref, c_uint32, create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, bound, bufs, close, completion, err, name, udp
from alertable.winapi import WinApi

NEEDS = ("datagram",)

def program(w: WinApi) -> object:
    a, b = udp(w), udp(w)
    to, data, ov, log, n = bound(w, b), create_string_buffer(b"data", 4), OVERLAPPED(), [], c_uint32()
    cb = completion(w, log, ov)
    first = err(w, w.WSASendTo(a, bufs(data), 1, byref(n), 0, byref(to), 16, byref(ov), cb)), n.value
    woke = w.SleepEx(2000, 1)
    buf = create_string_buffer(8)
    got = w.recv(b, buf, 8, 0), buf.value, name(w, a).sin_port != 0
    close(w, a, b)
    return first, woke, tuple(log), got
EXPECTED = {(((0, 0), 4), 192, ((0, 4, 0, 0),), (4, b"data", True))}
