"""S024  When the issuing thread exits, its pending receive with a routine is cancelled (Internal = STATUS_CANCELLED) and the
routine is never called on anyone.
fact: S-12
source: WSARecv page (note: all I/O initiated by a thread is canceled when it exits); Wine afd.c test_async_thread_termination
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, PENDING, close, completion, join, pair, post, thread
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    a, b = pair(w)
    buf, ov, log, first = create_string_buffer(8), OVERLAPPED(), [], []
    cb = completion(w, log, ov)
    ended = join(w, thread(w, lambda: first.append(post(w, a, buf, ov, cb))))
    woke = w.SleepEx(100, 1)
    status = ov.Internal & 0xFFFFFFFF
    w.send(b, b"late", 4, 0)
    w.SleepEx(100, 1)
    close(w, a, b)
    return tuple(first), ended, woke, status, tuple(log)
EXPECTED = {((PENDING,), 0, 0, 0xC0000120, ())}
