"""S090  AcceptEx with a receive length does not complete on the connection alone: it waits for the first data and returns it
with its count.
fact: S-76
source: AcceptEx page; Wine sock.c test_AcceptEx ("Test short reads")
"""
from ctypes import byref, c_uint32, create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, close, listener, overlapped_result, tcp
from alertable.winapi import WinApi

NEEDS = ("extension",)

def program(w: WinApi) -> object:
    l, addr = listener(w)
    event = w.CreateEventW(None, 1, 0, None)
    s, c, ov, n, out = tcp(w), tcp(w), OVERLAPPED(hEvent=event), c_uint32(), create_string_buffer(80)
    w.AcceptEx(l, s, out, 16, 32, 32, byref(n), byref(ov))
    w.connect(c, byref(addr), 16)
    connected = w.WaitForSingleObject(event, 100)
    w.send(c, b"hello", 5, 0)
    done = w.WaitForSingleObject(event, 3000)
    got = overlapped_result(w, l, ov)[:3], out.raw[:5]
    w.CloseHandle(event)
    close(w, l, s, c)
    return connected, done, got
EXPECTED = {(258, 0, ((1, 0, 5), b"hello"))}
