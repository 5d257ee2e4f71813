"""S010  With a completion routine hEvent is not touched: not reset when the receive pends, not set when it completes.
fact: S-13
source: WSARecv page (hEvent is ignored if lpCompletionRoutine is not NULL); Wine sock.c test_WSARecv
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, close, completion, pair, post
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    a, b = pair(w)
    event = w.CreateEventW(None, 1, 1, None)
    buf, ov, log = create_string_buffer(8), OVERLAPPED(hEvent=event), []
    cb = completion(w, log, ov)
    post(w, a, buf, ov, cb)
    still_set = w.WaitForSingleObject(event, 0)
    w.ResetEvent(event)
    w.send(b, b"x", 1, 0)
    w.SleepEx(3000, 1)
    never_set = w.WaitForSingleObject(event, 50)
    w.CloseHandle(event)
    close(w, a, b)
    return still_set, never_set, len(log)
EXPECTED = {(0, 258, 1)}
