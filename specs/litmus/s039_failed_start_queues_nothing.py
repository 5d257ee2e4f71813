"""S039  An overlapped call that fails at once (any error but WSA_IO_PENDING) gives no completion: no routine is queued and
hEvent stays unsignaled.
fact: S-17
source: WSARecv page (any other error code: not initiated, no completion indication); Wine sock.c test_completion_port
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, bufs, completion, post, tcp, wsasend
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    s = tcp(w)
    event = w.CreateEventW(None, 1, 0, None)
    buf, ov, ov2, log = create_string_buffer(8), OVERLAPPED(), OVERLAPPED(hEvent=event), []
    cb = completion(w, log, ov)
    results = post(w, s, buf, ov, cb), wsasend(w, s, bufs(buf), ov, cb), post(w, s, buf, ov2)
    woke = w.SleepEx(50, 1)
    signaled = w.WaitForSingleObject(event, 0)
    w.CloseHandle(event)
    w.closesocket(s)
    return results, woke, signaled, tuple(log)
EXPECTED = {(((-1, 10057), ((-1, 10057), 777), (-1, 10057)), 0, 258, ())}
WINE = {(((-1, 10057), ((-1, 10054), 777), (-1, 10057)), 0, 258, ())}   # Linux EPIPE; WSASend's page documents WSAENOTCONN
