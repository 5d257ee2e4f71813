"""S047  A stream receive completes with whatever arrived; it does not wait for its buffer to fill, and the next one gets the next bytes.
fact: S-40
source: WSARecv page (completion indication occurs regardless of whether the data fills all buffers)
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, close, completion, pair, post
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    a, b = pair(w)
    buffers, ovs, log = [create_string_buffer(16) for _ in range(3)], (OVERLAPPED * 3)(), []
    cb = completion(w, log, *ovs)
    for i in range(3):
        post(w, a, buffers[i], ovs[i], cb)
    for text in (b"aa", b"bbb", b"c"):
        w.send(b, text, len(text), 0)
        w.SleepEx(3000, 1)
    close(w, a, b)
    return tuple(log), tuple(x.value for x in buffers)
EXPECTED = {(((0, 2, 0, 0), (0, 3, 1, 0), (0, 1, 2, 0)), (b"aa", b"bbb", b"c"))}
