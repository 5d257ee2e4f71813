"""S051  An RST makes a pending receive's routine get WSAECONNRESET (10054) with 0 bytes: routines get WSA codes, not Win32 64.
fact: S-50
source: WSARecv page (WSAECONNRESET); Wine sock.c test_tcp_reset, socket_apc in test_unsupported_ioctls (WSA code to the routine)
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, close, completion, pair, post, reset
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    a, b = pair(w)
    buf, ov, log = create_string_buffer(8), OVERLAPPED(), []
    cb = completion(w, log, ov)
    post(w, a, buf, ov, cb)
    reset(w, b)
    woke = w.SleepEx(3000, 1)
    status = ov.Internal & 0xFFFFFFFF
    close(w, a)
    return woke, tuple(log), status
EXPECTED = {(192, ((10054, 0, 0, 0),), 0xC000020D)}
