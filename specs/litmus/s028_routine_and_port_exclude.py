"""S028  A socket associated with a completion port refuses completion routines: WSARecv and WSASend fail with WSAEINVAL and
nothing is queued.
fact: S-14
source: Wine sock.c test_WSARecv ("Using completion function on socket associated with completion port is not allowed")
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, close, completion, packet, pair, post
from alertable.winapi import WinApi

NEEDS = ("ports",)

def program(w: WinApi) -> object:
    a, b = pair(w)
    port = w.CreateIoCompletionPort(a, None, 5, 0)
    buf, ov, log = create_string_buffer(8), OVERLAPPED(), []
    cb = completion(w, log, ov)
    recv = post(w, a, buf, ov, cb)
    woke = w.SleepEx(50, 1)
    got = packet(w, port, 0, [ov])
    close(w, a, b)
    w.CloseHandle(port)
    return recv, woke, got, tuple(log)
EXPECTED = {((-1, 10022), 0, (0, 258), ())}
