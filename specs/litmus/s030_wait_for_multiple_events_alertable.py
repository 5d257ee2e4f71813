"""S030  WSAWaitForMultipleEvents runs routines only with fAlertable TRUE, and then returns WSA_WAIT_IO_COMPLETION (192)
although its events are not signaled.
fact: S-29
source: WSAWaitForMultipleEvents page
"""
from ctypes import c_void_p, create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, close, completion, pair, post
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    a, b = pair(w)
    event = w.WSACreateEvent()
    buf, ov, log = create_string_buffer(8), OVERLAPPED(), []
    cb = completion(w, log, ov)
    post(w, a, buf, ov, cb)
    w.send(b, b"x", 1, 0)
    handles = (c_void_p * 1)(event)
    plain = w.WSAWaitForMultipleEvents(1, handles, 0, 120, 0), len(log)
    alertable = w.WSAWaitForMultipleEvents(1, handles, 0, 3000, 1), len(log)
    again = w.WSAWaitForMultipleEvents(1, handles, 0, 0, 1)
    w.WSACloseEvent(event)
    close(w, a, b)
    return plain, alertable, again
EXPECTED = {((258, 0), (192, 1), 258)}
