"""S004  The operation itself finishes without any alertable wait (data in the buffer, Internal 0, InternalHigh the count);
only the routine has to wait for one: Sleep and a non-alertable WaitForSingleObject never run it.
fact: S-06
source: WSARecv page (routine runs only in an alertable wait); WSAOVERLAPPED page; Alertable I/O page
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, close, completion, pair, post
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    a, b = pair(w)
    buf, ov, log = create_string_buffer(8), OVERLAPPED(), []
    cb = completion(w, log, ov)
    post(w, a, buf, ov, cb)
    w.send(b, b"hello", 5, 0)
    event = w.CreateEventW(None, 1, 0, None)
    waited = w.WaitForSingleObject(event, 100)
    w.Sleep(50)
    before = len(log), ov.Internal, ov.InternalHigh, buf.value
    woke = w.SleepEx(0, 1)
    w.CloseHandle(event)
    close(w, a, b)
    return waited, before, woke, len(log)
EXPECTED = {(258, (0, 0, 5, b"hello"), 192, 1)}
