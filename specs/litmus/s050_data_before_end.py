"""S050  Data sent before the peer's shutdown or close is received first; the end of the stream (0 bytes) comes after it.
fact: S-49
source: "Graceful Shutdown, Linger Options, and Socket Closure" page
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, SD_SEND, close, completion, pair, post, readable
from alertable.winapi import WinApi

NEEDS = ("select",)

def program(w: WinApi) -> object:
    a, b = pair(w)
    buffers, ovs, log = [create_string_buffer(8) for _ in range(2)], (OVERLAPPED * 2)(), []
    cb = completion(w, log, *ovs)
    for i in range(2):
        post(w, a, buffers[i], ovs[i], cb)
    w.send(b, b"last", 4, 0)
    w.shutdown(b, SD_SEND)
    w.Sleep(150)
    w.SleepEx(0, 1)
    reply = w.send(a, b"ok", 2, 0)
    readable(w, b)
    got = w.recv(b, buffers[1], 8, 0), buffers[1].value
    close(w, a, b)
    return tuple(sorted(log, key=lambda c: c[2])), buffers[0].value, reply, got
EXPECTED = {(((0, 4, 0, 0), (0, 0, 1, 0)), b"last", 2, (2, b"ok"))}
