"""S109  Out-of-band data shows in exceptfds (not in readfds) as long as SO_OOBINLINE is off.
fact: S-90
source: select page; Wine sock.c test_select
"""
from ctypes import byref, create_string_buffer

from alertable.specs.litmus.sockets import MSG_OOB, TIMEVAL, close, pair, sockets
from alertable.winapi import WinApi

NEEDS = ("select",)

def program(w: WinApi) -> object:
    a, b = pair(w)
    buf = create_string_buffer(8)
    w.send(b, b"A", 1, MSG_OOB)
    w.Sleep(80)
    reads, excepts = sockets(a), sockets(a)
    n = w.select(0, byref(reads), None, byref(excepts), byref(TIMEVAL(2, 0)))
    got = w.recv(a, buf, 8, MSG_OOB), buf.value
    result = n, reads.fd_count, excepts.fd_count, got
    close(w, a, b)
    return result
EXPECTED = {(1, 0, 1, (1, b"A"))}
