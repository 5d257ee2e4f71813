"""S099  ConnectEx needs a bound socket (WSAEINVAL otherwise) and an OVERLAPPED (ERROR_INVALID_PARAMETER otherwise); it pends,
completes when connected, and reports the bytes of its optional first send.
fact: S-82
source: ConnectEx page; Wine sock.c test_connect
"""
from ctypes import byref, c_uint32, create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, berr, bound, close, listener, overlapped_result, tcp
from alertable.winapi import WinApi

NEEDS = ("extension",)

def program(w: WinApi) -> object:
    l, addr = listener(w)
    event = w.CreateEventW(None, 1, 0, None)
    s, ov, n, buf = tcp(w), OVERLAPPED(hEvent=event), c_uint32(), create_string_buffer(8)
    unbound = berr(w, w.ConnectEx(s, byref(addr), 16, None, 0, byref(n), byref(ov)))
    bound(w, s)
    no_ov = berr(w, w.ConnectEx(s, byref(addr), 16, None, 0, byref(n), None))
    first = berr(w, w.ConnectEx(s, byref(addr), 16, b"123", 3, byref(n), byref(ov)))
    done = w.WaitForSingleObject(event, 5000)
    got = overlapped_result(w, s, ov)[:3]
    peer = w.accept(l, None, None)
    text = w.recv(peer, buf, 8, 0), buf.value
    w.CloseHandle(event)
    close(w, l, s, peer)
    return unbound, no_ov, first, done, got, text
EXPECTED = {((0, 10022), (0, 87), (0, 997), 0, (1, 0, 3), (3, b"123"))}
