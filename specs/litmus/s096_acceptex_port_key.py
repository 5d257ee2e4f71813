"""S096  AcceptEx completes to the port of the listening socket, with the listening socket's key - not that of the accept socket.
fact: S-80
source: AcceptEx page; Wine sock.c test_completion_port
"""
from ctypes import byref, c_uint32, create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, berr, close, listener, packet, tcp
from alertable.winapi import WinApi

NEEDS = ("ports", "extension")

def program(w: WinApi) -> object:
    l, addr = listener(w)
    port = w.CreateIoCompletionPort(l, None, 125, 0)
    s, c, ov, n, out = tcp(w), tcp(w), OVERLAPPED(), c_uint32(), create_string_buffer(80)
    w.CreateIoCompletionPort(s, port, 236, 0)
    first = berr(w, w.AcceptEx(l, s, out, 16, 32, 32, byref(n), byref(ov)))
    w.connect(c, byref(addr), 16)
    w.send(c, b"abc", 3, 0)
    got = packet(w, port, 3000, [ov]), packet(w, port, 50, [ov])
    close(w, l, s, c)
    w.CloseHandle(port)
    return first, got, out.raw[:3]
EXPECTED = {((0, 997), ((1, 0, 3, 125, 0), (0, 258)), b"abc")}
