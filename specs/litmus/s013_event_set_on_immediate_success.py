"""S013  An immediate success also sets hEvent and fills Internal / InternalHigh.
fact: S-19
source: "Overlapped I/O and Event Objects" (a return of zero means the event object has been signaled)
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, bufs, close, overlapped_result, pair, readable, wsarecv
from alertable.winapi import WinApi

NEEDS = ("select",)

def program(w: WinApi) -> object:
    a, b = pair(w)
    event = w.CreateEventW(None, 1, 0, None)
    buf, ov = create_string_buffer(8), OVERLAPPED(hEvent=event)
    w.send(b, b"hello", 5, 0)
    readable(w, a)
    result = wsarecv(w, a, bufs(buf), ov)
    signaled = w.WaitForSingleObject(event, 0)
    fields = ov.Internal, ov.InternalHigh
    got = overlapped_result(w, a, ov)
    w.CloseHandle(event)
    close(w, a, b)
    return result, signaled, fields, got
EXPECTED = {(((0, 0), 5, 0), 0, (0, 5), (1, 0, 5, 0))}
