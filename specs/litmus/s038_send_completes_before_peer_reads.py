"""S038  A small overlapped send is complete although the peer has read nothing: completion means buffered, not delivered.
fact: S-45
source: WSASend page (successful completion does not mean the data was delivered)
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, bufs, close, overlapped_result, pair, wsasend
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    a, b = pair(w)
    event = w.CreateEventW(None, 1, 0, None)
    data, ov = create_string_buffer(b"data", 4), OVERLAPPED(hEvent=event)
    result = wsasend(w, a, bufs(data), ov)
    signaled = w.WaitForSingleObject(event, 0)
    got = overlapped_result(w, a, ov)
    w.CloseHandle(event)
    close(w, a, b)
    return result, signaled, got[:3]
EXPECTED = {(((0, 0), 4), 0, (1, 0, 4))}
