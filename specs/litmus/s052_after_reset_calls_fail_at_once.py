"""S052  After an RST new receives and sends fail at once with WSAECONNRESET; such a failure queues no routine.
fact: S-51
source: Wine sock.c test_tcp_reset, test_completion_port
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, bufs, close, completion, err, pair, reset, wsarecv
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    a, b = pair(w)
    buf, ov, log = create_string_buffer(8), OVERLAPPED(), []
    cb = completion(w, log, ov)
    reset(w, b)
    w.Sleep(100)
    recv = wsarecv(w, a, bufs(buf), ov, cb)[0]
    send = err(w, w.send(a, b"data", 4, 0))
    plain = err(w, w.recv(a, buf, 8, 0))
    woke = w.SleepEx(50, 1)
    close(w, a)
    return recv, send, plain, woke, tuple(log)
EXPECTED = {((-1, 10054), (-1, 10054), (-1, 10054), 0, ())}
WINE = EXPECTED | {((0, 0), (-1, 10054), (0, 0), 192, ((0, 0, 0, 0),))}    # the wineserver swallows the error; then Linux reads 0
