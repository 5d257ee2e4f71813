"""S153  A whole echo exchange runs in routines on one thread: receive routine posts the send, send routine posts the next
receive, an empty receive ends it.
fact: S-16
source: WSARecv, WSASend pages (calls from within completion routines)
"""
from ctypes import c_uint32, c_void_p, create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, bufs, close, pair, post, wsasend
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    a, b = pair(w)
    buf, ov, log, keep = create_string_buffer(16), OVERLAPPED(), [], {}
    signature = w.CALLBACK(None, c_uint32, c_uint32, c_void_p, c_uint32)
    def received(error, n, p, flags):
        log.append(("r", error, n))
        if n:
            wsasend(w, a, bufs((buf, n)), ov, keep["sent"])
    def sent(error, n, p, flags):
        log.append(("s", error, n))
        post(w, a, buf, ov, keep["received"])
    keep["received"], keep["sent"] = signature(received), signature(sent)
    post(w, a, buf, ov, keep["received"])
    into, echoes = create_string_buffer(16), []
    for text in (b"hi", b"world"):
        w.send(b, text, len(text), 0)
        for _ in range(20):
            if w.SleepEx(200, 1) == 192 and log[-1][0] == "s":
                break
        n = w.recv(b, into, 16, 0)
        echoes.append(into.raw[:n])
    w.closesocket(b)
    for _ in range(20):
        if w.SleepEx(200, 1) == 192:
            break
    close(w, a)
    return tuple(log), tuple(echoes)
EXPECTED = {((("r", 0, 2), ("s", 0, 2), ("r", 0, 5), ("s", 0, 5), ("r", 0, 0)), (b"hi", b"world"))}
