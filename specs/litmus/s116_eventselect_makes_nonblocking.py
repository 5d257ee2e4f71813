"""S116  WSAEventSelect makes the socket non-blocking; while events are selected FIONBIO 0 fails with WSAEINVAL (10022); after
WSAEventSelect(s, NULL, 0) it works, and only it makes the socket blocking again.
fact: S-94
source: WSAEventSelect, ioctlsocket pages; Wine sock.c test_fionbio
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import FD_READ, close, err, nonblocking, pair
from alertable.winapi import WinApi

NEEDS = ("event-select",)

def program(w: WinApi) -> object:
    a, b = pair(w)
    event, buf = w.WSACreateEvent(), create_string_buffer(8)
    selected = w.WSAEventSelect(a, event, FD_READ)
    empty = err(w, w.recv(a, buf, 8, 0))
    refused = err(w, nonblocking(w, a, 0)), err(w, nonblocking(w, a, 1))
    cleared = w.WSAEventSelect(a, None, 0)
    still = err(w, w.recv(a, buf, 8, 0))
    allowed = err(w, nonblocking(w, a, 0))
    w.send(b, b"x", 1, 0)
    got = w.recv(a, buf, 8, 0)
    w.WSACloseEvent(event)
    close(w, a, b)
    return selected, empty, refused, cleared, still, allowed, got
EXPECTED = {(0, (-1, 10035), ((-1, 10022), (0, 0)), 0, (-1, 10035), (0, 0), 1)}
