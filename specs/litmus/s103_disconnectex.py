"""S103  DisconnectEx on an unconnected socket fails with WSAENOTCONN; on a connected one it pends, ends the send side (send:
WSAESHUTDOWN, the peer receives 0 bytes) and leaves the receive side open; without OVERLAPPED it is synchronous.
fact: S-84
source: DisconnectEx page; Wine sock.c test_DisconnectEx
"""
from ctypes import byref, create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, berr, close, err, overlapped_result, pair, tcp
from alertable.winapi import WinApi

NEEDS = ("extension",)

def program(w: WinApi) -> object:
    a, b = pair(w)
    c, d = pair(w)
    event = w.CreateEventW(None, 1, 0, None)
    s, ov, buf = tcp(w), OVERLAPPED(hEvent=event), create_string_buffer(8)
    unconnected = berr(w, w.DisconnectEx(s, byref(ov), 0, 0))
    first = berr(w, w.DisconnectEx(a, byref(ov), 0, 0))
    done = w.WaitForSingleObject(event, 3000)
    got = overlapped_result(w, a, ov)[:3]
    send, end = err(w, w.send(a, b"x", 1, 0)), w.recv(b, buf, 8, 0)
    back = w.send(b, b"back", 4, 0), w.recv(a, buf, 8, 0)
    sync = berr(w, w.DisconnectEx(c, None, 0, 0)), w.recv(d, buf, 8, 0)
    w.CloseHandle(event)
    close(w, a, b, c, d, s)
    return unconnected, first, done, got, send, end, back, sync
EXPECTED = {((0, 10057), (0, 997), 0, (1, 0, 0), (-1, 10058), 0, (4, 4), ((1, 0), 0))}
