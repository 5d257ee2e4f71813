"""S012  Without a routine hEvent is reset when the operation starts and set when it completes.
fact: S-18
source: WSAGetOverlappedResult page (the starting function resets hEvent; completion sets it)
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, PENDING, close, pair, post
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    a, b = pair(w)
    event = w.CreateEventW(None, 1, 1, None)
    buf, ov = create_string_buffer(8), OVERLAPPED(hEvent=event)
    before = w.WaitForSingleObject(event, 0)
    first = post(w, a, buf, ov)
    pending = w.WaitForSingleObject(event, 50)
    w.send(b, b"hello", 5, 0)
    done = w.WaitForSingleObject(event, 3000)
    again = w.WaitForSingleObject(event, 0)
    w.CloseHandle(event)
    close(w, a, b)
    return before, first, pending, done, again, buf.value
EXPECTED = {(0, PENDING, 258, 0, 0, b"hello")}
