"""S076  socket() makes overlapped sockets; WSASocketW only with WSA_FLAG_OVERLAPPED (1) - without it WSARecv ignores
lpOverlapped's asynchrony and blocks until data is there, then returns 0.
fact: S-67
source: "Default State for a Socket's Overlapped Attribute" page; Wine sock.c test_nonblocking_async_recv (non-overlapped socket)
"""
from ctypes import byref, create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, PENDING, close, join, listener, post, tcp, thread
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    listening, addr = listener(w)
    results = []
    for make in (lambda: w.socket(2, 1, 6), lambda: tcp(w, 1), lambda: tcp(w, 0)):
        s = make()
        w.connect(s, byref(addr), 16)
        peer = w.accept(listening, None, None)
        buf, ov = create_string_buffer(8), OVERLAPPED()
        def sender():
            w.Sleep(80)
            w.send(peer, b"data", 4, 0)
        t = thread(w, sender)
        results.append(post(w, s, buf, ov))
        join(w, t)
        w.WaitForSingleObject(s, 2000)
        results.append((ov.Internal, ov.InternalHigh))
        close(w, s, peer)
    close(w, listening)
    return tuple(results)
EXPECTED = {(PENDING, (0, 4), PENDING, (0, 4), (0, 0), (0, 4))}
