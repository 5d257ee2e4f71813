"""S019  WSAGetOverlappedResult(fWait TRUE) in event mode blocks until the operation completes.
fact: S-22
source: WSAGetOverlappedResult page (fWait)
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, close, join, overlapped_result, pair, post, thread
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    a, b = pair(w)
    event = w.CreateEventW(None, 1, 0, None)
    buf, ov = create_string_buffer(8), OVERLAPPED(hEvent=event)
    post(w, a, buf, ov)
    def sender():
        w.Sleep(80)
        w.send(b, b"later", 5, 0)
    t = thread(w, sender)
    got = overlapped_result(w, a, ov, 1)
    join(w, t)
    w.CloseHandle(event)
    close(w, a, b)
    return got, buf.value
EXPECTED = {((1, 0, 5, 0), b"later")}
