"""S018  WSAGetOverlappedResult(fWait FALSE) on a pending operation returns FALSE with WSA_IO_INCOMPLETE (996).
fact: S-21
source: WSAGetOverlappedResult page
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, close, overlapped_result, pair, post
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    a, b = pair(w)
    event = w.CreateEventW(None, 1, 0, None)
    buf, ov = create_string_buffer(8), OVERLAPPED(hEvent=event)
    post(w, a, buf, ov)
    pending = overlapped_result(w, a, ov), overlapped_result(w, a, ov)
    w.send(b, b"hello", 5, 0)
    w.WaitForSingleObject(event, 3000)
    done = overlapped_result(w, a, ov)
    w.CloseHandle(event)
    close(w, a, b)
    return pending, done
EXPECTED = {(((0, 996), (0, 996)), (1, 0, 5, 0))}
