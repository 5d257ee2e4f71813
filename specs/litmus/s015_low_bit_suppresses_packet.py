"""S015  Setting the low-order bit of hEvent keeps the completion out of the socket's completion port; the event is still
reset and set.
fact: S-27
source: GetQueuedCompletionStatus page (remarks); Wine sock.c test_connect_completion_port
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, PENDING, close, packet, pair, post
from alertable.winapi import WinApi

NEEDS = ("ports",)

def program(w: WinApi) -> object:
    a, b = pair(w)
    port = w.CreateIoCompletionPort(a, None, 7, 0)
    event = w.CreateEventW(None, 1, 1, None)
    buf, ov = create_string_buffer(8), OVERLAPPED(hEvent=event | 1)
    first = post(w, a, buf, ov)
    pending = w.WaitForSingleObject(event, 0)
    w.send(b, b"hey", 3, 0)
    done = w.WaitForSingleObject(event, 3000)
    got = packet(w, port, 100, [ov])
    result = ov.Internal, ov.InternalHigh
    close(w, a, b)
    w.CloseHandle(port), w.CloseHandle(event)
    return first, pending, done, got, result
EXPECTED = {(PENDING, 258, 0, (0, 258), (0, 3))}
