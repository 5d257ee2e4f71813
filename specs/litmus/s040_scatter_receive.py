"""S040  A receive with several WSABUFs fills them in order, without holes, up to what has arrived.
fact: S-36
source: WSARecv page (buffers are filled in order and packed); Wine sock.c test_WSARecv (two buffers)
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, bufs, close, completion, pair, wsarecv
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    a, b = pair(w)
    parts, ov, log = [create_string_buffer(4), create_string_buffer(3), create_string_buffer(4)], OVERLAPPED(), []
    cb = completion(w, log, ov)
    wsarecv(w, a, bufs(*parts), ov, cb)
    w.send(b, b"deadbeefs", 9, 0)
    w.SleepEx(3000, 1)
    close(w, a, b)
    return tuple(log), tuple(p.raw for p in parts)
EXPECTED = {(((0, 9, 0, 0),), (b"dead", b"bee", b"fs\0\0"))}
