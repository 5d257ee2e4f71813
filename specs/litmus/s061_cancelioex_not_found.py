"""S061  CancelIoEx with nothing to cancel - never started, or already completed - returns FALSE with ERROR_NOT_FOUND (1168)
and a finished operation keeps its result; CancelIo with nothing to cancel returns TRUE.
fact: S-59
source: CancelIoEx page; Wine sock.c test_send_buffering_thread
"""
from ctypes import byref, create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, berr, close, completion, pair, post
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    a, b = pair(w)
    buf, ov, log = create_string_buffer(8), OVERLAPPED(), []
    cb = completion(w, log, ov)
    idle = berr(w, w.CancelIoEx(a, None)), berr(w, w.CancelIoEx(a, byref(ov))), berr(w, w.CancelIo(a))
    post(w, a, buf, ov, cb)
    w.send(b, b"data", 4, 0)
    w.Sleep(150)
    late = berr(w, w.CancelIoEx(a, byref(ov)))
    w.SleepEx(0, 1)
    close(w, a, b)
    return idle, late, tuple(log)
EXPECTED = {(((0, 1168), (0, 1168), (1, 0)), (0, 1168), ((0, 4, 0, 0),))}
WINE = {(((1, 0), (0, 1168), (1, 0)), (0, 1168), ((0, 4, 0, 0),))}    # Wine 8: CancelIoEx(h, NULL) always succeeds
