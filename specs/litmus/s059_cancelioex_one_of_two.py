"""S059  CancelIoEx with an OVERLAPPED cancels that operation only; the other one stays pending and gets the data.
fact: S-58
source: CancelIoEx page
"""
from ctypes import byref, create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, close, completion, pair, post
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    a, b = pair(w)
    buffers, ovs, log = [create_string_buffer(8) for _ in range(2)], (OVERLAPPED * 2)(), []
    cb = completion(w, log, *ovs)
    for i in range(2):
        post(w, a, buffers[i], ovs[i], cb)
    ok = w.CancelIoEx(a, byref(ovs[0]))
    w.SleepEx(2000, 1)
    middle = tuple(log), ovs[1].Internal
    w.send(b, b"data", 4, 0)
    w.SleepEx(3000, 1)
    close(w, a, b)
    return ok, middle, tuple(log)[1:], buffers[0].value, buffers[1].value
EXPECTED = {(1, (((995, 0, 0, 0),), 0x103), ((0, 4, 1, 0),), b"", b"data")}
