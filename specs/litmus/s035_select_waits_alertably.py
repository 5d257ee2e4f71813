"""S035  select that has to wait runs queued completion routines but is not ended by them; select that finds a ready socket
at once runs none.
fact: S-34
source: select page (note on the alertable wait); Wine sock.c test_select (QueueUserAPC before select)
"""
from ctypes import byref, create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, TIMEVAL, close, completion, pair, post, sockets
from alertable.winapi import WinApi

NEEDS = ("select",)

def program(w: WinApi) -> object:
    a, b = pair(w)
    c, d = pair(w)
    buf, ovs, log = create_string_buffer(8), (OVERLAPPED * 2)(), []
    cb = completion(w, log, *ovs)
    def queue(i):
        post(w, a, buf, ovs[i], cb)
        w.send(b, b"x", 1, 0)
        w.Sleep(100)
    queue(0)
    ready = w.select(0, None, byref(sockets(c)), None, byref(TIMEVAL(1, 0))), len(log)
    waiting = w.select(0, byref(sockets(c)), None, None, byref(TIMEVAL(0, 100000))), len(log)
    close(w, a, b, c, d)
    return ready, waiting
EXPECTED = {((1, 0), (0, 1))}
